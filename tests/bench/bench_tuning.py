"""Claim: tuning takes at least as many steps a second as trl's SFTTrainer, on the same model, rows and settings, and scores as well.

Each contender is a process of its own, one after the other, in turns over the rounds: LoRA (or full fine-tuning) of the pocket model on
reviews, then the same run over the dev split. The same for both: fp32 weights (trl's bf16 and gradient checkpointing are off), loss on
answers alone, AdamW, learning rate with its warm-up and fall, clipping, batch, epochs, threads; no evaluation and no checkpoint on the way.
"trl, by length" lets trl group rows of like length, as this repository does. Steps a second are wall time, so the machine should be idle;
"cpu s/step" (processor seconds between the ends of the first and the last step, over the steps) tells more on a busy one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile

from measure import python, report

SHARED = """
import json, math, sys, time
from helpers import runs
from helpers.models import wrap
from helpers.tasks import load_task
from helpers.methods.method import prompt
job = json.loads(sys.argv[1])
task = load_task("reviews")
rows = task["train"].select(range(job["n"])).to_list()
method = prompt("Is this review positive or negative? Answer with one word.\\n\\n{input}", max_tokens=4)
marks = []
def mark(row=None):
    marks.append(time.process_time())
def tell(model, seconds, steps, trained):
    run = runs.run(method, task, model, limit=job["dev"])
    scores = run.table["score"]
    cpu = (marks[-1] - marks[0]) / max(1, len(marks) - 1)
    right = {"right": float(scores.sum()), "of": len(scores)}
    print(json.dumps({"seconds": seconds, "steps": steps, "step cpu": cpu, "trained": trained, **right}))
"""

LADDER = """
from helpers import tuning
done = tuning.fit(job["model"], rows, method=job["method"], template=method, keep=1e8, folder=job["folder"], live=mark, **job["settings"])
tell(done.model(), done.seconds, int(done.curve["step"].max()), done.trainable)
"""

TRL = """
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer
from peft import LoraConfig
from helpers import places
from helpers.tuning.settings import settings_for
s = settings_for(job["method"], **job["settings"])
folder = places.data("pocket") if job["model"] == "pocket" else job["model"].removeprefix("hf:")
model, tokenizer = AutoModelForCausalLM.from_pretrained(folder, dtype="float32"), AutoTokenizer.from_pretrained(folder)
data = Dataset.from_list([
    {"prompt": method.messages(row), "completion": [{"role": "assistant", "content": row["target"]}]} for row in rows
])
steps = math.ceil(len(rows) / s.batch) * s.epochs
config = SFTConfig(
    job["folder"], bf16=False, fp16=False, gradient_checkpointing=False, use_cpu=True, per_device_train_batch_size=s.batch,
    num_train_epochs=s.epochs, learning_rate=s.lr, lr_scheduler_type="linear", warmup_steps=math.ceil(s.warmup * steps),
    max_grad_norm=s.clip, weight_decay=s.weight_decay, optim="adamw_torch", seed=s.seed, max_length=None, packing=False,
    logging_strategy="no", save_strategy="no", eval_strategy="no", report_to="none", disable_tqdm=True,
    train_sampling_strategy="group_by_length" if job["grouped"] else "random",
)
lora = LoraConfig(r=s.rank, lora_alpha=s.alpha, lora_dropout=s.dropout, target_modules="all-linear", task_type="CAUSAL_LM")
lora = lora if job["method"] == "lora" else None
class Mark(TrainerCallback):
    def on_step_end(self, *told, **more):
        mark()
trainer = SFTTrainer(model, args=config, train_dataset=data, processing_class=tokenizer, peft_config=lora, callbacks=[Mark()])
trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
start = time.perf_counter()
trainer.train()
seconds = time.perf_counter() - start
tuned = trainer.model.merge_and_unload() if lora else trainer.model
tell(wrap(tuned, tokenizer, name="trl"), seconds, trainer.state.global_step, trained)
"""

CONTENDERS = {"llm-ladder": (LADDER, False), "trl": (TRL, False), "trl, by length": (TRL, True)}


def main() -> int:
    """Run every contender in turns; the exit code is 1 if a claim fails."""
    options = _options()
    said: dict[str, list[dict]] = {name: [] for name in CONTENDERS}
    for _ in range(options.rounds):
        for name, (code, grouped) in CONTENDERS.items():
            said[name].append(_run(code, grouped, options))
    rows = [_row(name, found) for name, found in said.items()]
    ours, *others = rows
    best, slack = max(row["dev"] for row in others), options.slack / said["llm-ladder"][0]["of"]
    claims = {
        f"{row['who']}: at least as many steps a second ({ours['steps/s'] / row['steps/s']:.2f} times)": ours["steps/s"] >= row["steps/s"]
        for row in others
    }
    claims[f"a dev score within {options.slack} examples of the better one ({ours['dev']:.3f}, {best:.3f})"] = ours["dev"] >= best - slack
    claims["as many parameters are trained"] = len({row["trained"] for row in rows}) == 1
    return report("tuning", rows, claims, model=options.model, method=options.method, examples=options.n, epochs=options.epochs)


def _run(code: str, grouped: bool, options: argparse.Namespace) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"epochs": options.epochs, "batch": options.batch, **({"lr": options.lr} if options.lr else {})}
        job = {"n": options.n, "dev": options.dev, "model": options.model, "method": options.method, "settings": settings}
        job |= {"grouped": grouped, "folder": f"{folder}/run"}
        more = {"LADDER_HOME": folder, "OMP_NUM_THREADS": str(options.threads), "CUDA_VISIBLE_DEVICES": ""}
        done = python("-c", SHARED + code, json.dumps(job), **more)
    return json.loads(done.output.splitlines()[-1]) | {"process": done.seconds, "memory": done.memory}


def _row(name: str, found: list[dict]) -> dict[str, object]:
    speeds = [one["steps"] / one["seconds"] for one in found]
    return {
        "who": name, "steps/s": statistics.median(speeds), "slowest": min(speeds), "quickest": max(speeds),
        "dev": statistics.mean(one["right"] / one["of"] for one in found), "steps": found[0]["steps"], "trained": found[0]["trained"],
        "process s": statistics.median(one["process"] for one in found), "cpu s/step": statistics.median(one["step cpu"] for one in found),
        "peak MB": round(max(one["memory"] for one in found)),
    }  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pocket", help="pocket, or hf:<folder> (default: pocket)")
    parser.add_argument("--method", choices=("lora", "full"), default="lora")
    parser.add_argument("--n", type=int, default=200, help="training rows (default: 200)")
    parser.add_argument("--dev", type=int, help="dev rows of the final score (default: all)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, help="default: the method's own")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--slack", type=int, default=6, help="dev examples that may be lost to another order of the rows (default: 6)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
