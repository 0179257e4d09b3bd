"""A learner's day in JupyterLab, in a real browser: guess, run all, solve, recall, save, shut down, open again."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from helpers import cli, places, progress
from helpers.workbook.notebooks import Lesson
from helpers.workbook.running import kernel_environment

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -c constraints.txt -e .[browser]")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("there is no Chromium: on Debian, apt install chromium", allow_module_level=True)

NAME = "00_start_here.ipynb"
VIEW = "application/vnd.jupyter.widget-view+json"


@contextmanager
def server(folder: Path, home: Path) -> Iterator[str]:
    """JupyterLab on a free port of this machine, opened on `folder`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = home / "lab" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')  # every cell is on the page, so that nothing on it can hide
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyterlab", str(folder / NAME), *options, "--no-browser", "--expose-app-in-browser", "--allow-root"]
    folders = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own = {**folders, "JUPYTERLAB_SETTINGS_DIR": str(home / "lab"), "LADDER_PROGRESS": ""}
    with kernel_environment(1, own) as env, (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


class Lab:
    """The notebook in the browser."""

    def __init__(self, page: Any, address: str, home: Path) -> None:
        self.page = page
        self.address = address
        self.home = home

    def open(self) -> None:
        """Open the notebook, and wait until its kernel is there and has nothing to do."""
        self.page.goto(f"{self.address}/lab/tree/{NAME}?reset", timeout=180_000)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=180_000)
        self.do("await app.restored; await app.shell.currentWidget.context.ready; await app.shell.currentWidget.sessionContext.ready;")
        self.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', state="attached", timeout=180_000)

    def do(self, script: str) -> Any:
        """Run a script in which `app` is JupyterLab and `book` the notebook."""
        return self.page.evaluate(f"async () => {{ const app = window.jupyterapp, book = app.shell.currentWidget?.content; {script} }}")

    def command(self, name: str) -> None:
        self.do(f"await app.commands.execute({name!r});")

    def cell(self, mark: str) -> int:
        """The place of the first code cell whose code holds `mark`."""
        place = "c => c.model.type === 'code' && c.model.sharedModel.getSource().includes"
        return self.do(f"return book.widgets.findIndex({place}({json.dumps(mark)}));")

    def run(self, at: int, source: str | None = None) -> str:
        """Run one cell, with another source where one is given; the text below it."""
        put = f"book.activeCell.model.sharedModel.setSource({json.dumps(source)});" if source else ""
        self.do(f"book.deselectAll(); book.activeCellIndex = {at}; {put} await app.commands.execute('notebook:run-cell');")
        return self.below(at).inner_text()

    def below(self, at: int) -> Any:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(at).locator(".jp-Cell-outputArea")

    def click(self, at: int, letter: str, question: int = 0) -> None:
        """Click on an option of a question below a cell, and wait for what is said."""
        row = self.below(at).locator(".widget-toggle-buttons").nth(question)
        row.get_by_role("button", name=letter, exact=True).click(timeout=120_000)
        row.locator("xpath=..").locator(".widget-html-content").filter(has_text=".").first.wait_for(timeout=120_000)

    def shut_down(self) -> None:
        self.do("await app.serviceManager.sessions.shutdownAll();")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Lesson 00, copied into my/ and opened. The home is that of the whole module."""
    home = tmp_path_factory.mktemp("browser")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LADDER_MODELS", os.environ.get("LADDER_MODELS") or str(places.root() / ".cache" / "models"))
        patch.setenv("LADDER_HOME", str(home))
        assert cli.main(["start"]) == 0
        with server(places.mine(), home) as address, api.sync_playwright() as play:
            wait_for(address)
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield Lab(browser.new_page(viewport={"width": 1400, "height": 1000}), address, home)
            browser.close()


def wait_for(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).close()
            return
        except OSError:
            time.sleep(1)
    pytest.fail("JupyterLab did not start in two minutes")


RIGHT = 'my_interval, my_n = stats.wilson(14, 20), 320\nexercises.check("00.core", my_interval, my_n)'


def day(lab: Lab) -> dict[str, str]:
    """What a learner does; the texts that the exercise showed on the way."""
    lab.open()
    first = lab.cell("predict(")
    lab.do(f"book.activeCellIndex = {first}; await app.commands.execute('notebook:run-all-above');")
    lab.run(first)
    lab.click(first, "a")
    lab.command("notebook:run-all-cells")
    core = lab.cell('check("00.core"')
    told = {"waiting": lab.below(core).inner_text()}
    told["wrong"] = lab.run(core, RIGHT.replace("320", "80"))
    told["right"] = lab.run(core, RIGHT)
    lab.click(lab.cell("widgets.quiz("), "b", question=1)
    lab.command("docmanager:save")
    lab.shut_down()
    return told


@pytest.fixture(scope="module")
def told(lab: Lab) -> dict[str, str]:
    return day(lab)


@pytest.fixture(autouse=True)
def same_home(lab: Lab, monkeypatch: pytest.MonkeyPatch, own_home: None) -> None:
    monkeypatch.setenv("LADDER_HOME", str(lab.home))


def test_a_check_says_how_to_go_on_what_is_missing_and_what_was_shown(told: dict[str, str]) -> None:
    assert "Replace the ... above, then run this cell again" in told["waiting"]
    assert "the smallest n that is enough" not in told["wrong"]
    assert "at most 12 points" in told["wrong"]
    assert "passed" in told["right"]


def test_progress_is_kept_as_it_happens(told: dict[str, str], capsys: pytest.CaptureFixture) -> None:
    everything = progress.read()
    [guess] = everything["predictions"].values()
    assert (guess["late"], type(guess["right"])) == (False, bool)
    assert {name: (entry["tries"], entry["passed"]) for name, entry in everything["exercises"].items()} == {"00.core": (2, True)}
    assert list(everything["quizzes"]) == ["00.2"]
    assert cli.main(["progress"]) == 0
    assert "1 of 5" in capsys.readouterr().out


def test_the_saved_notebook_shows_a_widget_only_beside_its_static_face(told: dict[str, str]) -> None:
    notebook = Lesson(places.mine(NAME)).read()
    assert [cell.source for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"] == []
    for cell in notebook.cells:
        bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
        views = [bundle for bundle in bundles if VIEW in bundle]
        assert all(bundle["text/plain"] == "" for bundle in views)
        assert bool(views) == any("display: none" in bundle.get("text/html", "") for bundle in bundles)


def test_opened_again_it_shows_the_faces_and_no_dead_widget(told: dict[str, str], lab: Lab) -> None:
    lab.open()
    lab.page.wait_for_timeout(15_000)
    for text in ("Error displaying widget", "Loading widget", "model not found"):
        assert [place.is_visible() for place in lab.page.get_by_text(text).all()].count(True) == 0
    assert lab.page.get_by_text("← your guess").first.is_visible()
    lab.shut_down()
