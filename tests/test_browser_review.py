"""Reviewing in JupyterLab, in a real browser: by keys, by mouse, after a reload, after a kernel that was killed; and a map to click."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from test_browser import CHROMIUM, NAME, VIEW, Lab, api, server, wait_for  # which is skipped, and this with it, where there is no browser

from helpers.curation import Queue

REVIEW, MAP, FREE, PID, OTHER = range(5)
CELLS = [
    """from helpers import curation, widgets
rows = [{"id": f"r{n}", "input": f"Text {n} <img src=x onerror=alert(1)>", "target": "positive"} for n in range(12)]
queue = curation.queue(rows, "queue.jsonl", labels=["positive", "negative"])
widgets.review(queue)""",
    """xy = [(n % 50, n // 50) for n in range(2000)]
chart = widgets.cluster_map(xy, [n // 1000 for n in range(2000)], [f"Dot {n} <b>" for n in range(2000)], [n % 7 == 0 for n in range(2000)])
chart""",
    """widgets.review(curation.queue([{"id": "a", "input": "We tune T5.", "target": ["BERT"]}], "free.jsonl"))""",
    "import os\nprint(os.getpid())",
    "print(chart.chosen[:2], len(chart.chosen))",
]


class Desk:
    """The notebook with a review, a map and a review without labels."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self.alerts: list[str] = []
        lab.page.on("dialog", lambda dialog: (self.alerts.append(dialog.message), dialog.dismiss()))

    def box(self, cell: int = REVIEW) -> Any:
        box = self.lab.below(cell).locator(".ladder")
        box.wait_for(timeout=120_000)
        return box

    def press(self, *keys: str, then: str, cell: int = REVIEW) -> None:
        """Press the keys in the box, and wait until it says `then`."""
        self.box(cell).focus()
        for key in keys:
            self.lab.page.keyboard.press(key)
        self.says(then, cell)

    def says(self, words: str, cell: int = REVIEW) -> None:
        self.box(cell).get_by_text(words, exact=True).wait_for(timeout=120_000)

    def queue(self, name: str = "queue.jsonl") -> Queue:
        return Queue.open(self.folder / name)

    def decisions(self) -> list[str]:
        queue = self.queue()
        return [queue.state(row["id"]).decision for row in queue.rows[:4]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("desk")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / NAME)
    with server(folder, home) as address, api.sync_playwright() as play:
        wait_for(address)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        lab = Lab(browser.new_page(viewport={"width": 1400, "height": 1000}), address, home)
        lab.open()
        lab.command("notebook:run-all-cells")
        yield Desk(lab, folder)
        browser.close()


def test_keys_decide_and_delete_no_cell(desk: Desk) -> None:
    desk.press("k", then="Row 1, kept.")
    desk.press("2", then="Row 2, changed to negative.")
    desk.press("u", then="Row 3, unsure.")
    desk.press("d", "d", "x", "a", "b", "m", "Shift+D", "ArrowRight", then="Row 5 of 12")
    assert desk.lab.do("return book.widgets.map(cell => cell.model.type);") == ["code"] * len(CELLS)
    assert desk.decisions() == ["keep", "change", "unsure", ""]


def test_keys_outside_the_box_are_not_taken(desk: Desk) -> None:
    desk.lab.do(f"book.activeCellIndex = {OTHER}; book.mode = 'edit'; book.activeCell.editor.focus();")
    desk.lab.page.keyboard.press("End")
    desk.lab.page.keyboard.type("  # ku1")
    assert "# ku1" in desk.lab.do("return book.activeCell.model.sharedModel.getSource();")
    desk.lab.do("book.mode = 'command'; book.node.focus();")
    desk.lab.page.keyboard.press("k")
    assert desk.lab.do("return book.activeCellIndex;") == OTHER - 1
    assert desk.queue().counts().done == 3


def test_a_note_is_typed_without_deciding_and_taken_back(desk: Desk) -> None:
    page = desk.lab.page
    desk.press("ArrowLeft", then="Row 4 of 12")
    page.keyboard.press("n")
    page.keyboard.type("k u 1 <b>z")
    page.keyboard.press("Enter")
    desk.says("Note: k u 1 <b>z")
    assert (desk.queue().state("r3").note, desk.decisions()[3]) == ("k u 1 <b>z", "")
    page.keyboard.press("z")  # the box has the focus again
    desk.says("Taken back: the last step, about row 4.")
    page.keyboard.press("n")
    page.keyboard.type("not this")
    page.keyboard.press("Escape")
    assert desk.queue().state("r3").note == ""


def test_the_mouse_does_the_same_and_the_keys_go_on(desk: Desk) -> None:
    desk.box().get_by_role("button", name="2 negative").click()
    desk.says("Row 4, changed to negative.")
    desk.lab.page.keyboard.press("z")
    desk.says("Taken back: the last step, about row 4.")
    desk.box().get_by_role("button", name="k keep").click()
    desk.says("Row 4, kept.")
    assert desk.decisions() == ["keep", "change", "unsure", "keep"]


def test_another_list_is_typed_as_json(desk: Desk) -> None:
    desk.box(FREE).focus()
    desk.lab.page.keyboard.press("c")
    desk.lab.page.keyboard.press("ControlOrMeta+a")
    desk.lab.page.keyboard.type('["T5"]')
    desk.lab.page.keyboard.press("Enter")
    desk.says('Row 1, changed to ["T5"]. All rows are reviewed.', FREE)
    assert desk.queue("free.jsonl").state("a").label == ["T5"]


def test_data_is_shown_as_text_and_runs_nothing(desk: Desk) -> None:
    desk.says("Text 4 <img src=x onerror=alert(1)>")
    assert desk.alerts == []


def test_a_click_on_a_dot_shows_its_text_and_gives_it_to_the_next_cell(desk: Desk) -> None:
    chart = desk.box(MAP)
    chart.scroll_into_view_if_needed()
    place = chart.locator("svg path[transform='translate(16 404)']").bounding_box()
    desk.lab.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    assert chart.locator("li.chosen").inner_text() == "✕ bad: Dot 0 <b>"
    assert chart.locator("[role=status]").inner_text() == "cluster 0: 1000 rows, 143 bad"
    desk.lab.run(OTHER)
    desk.lab.below(OTHER).get_by_text("(0,) 1").wait_for(timeout=120_000)


def test_a_cluster_is_chosen_by_keys_alone_and_at_once(desk: Desk) -> None:
    desk.box(MAP).focus()
    for _ in range(3):  # the list, the first cluster, the second
        desk.lab.page.keyboard.press("Tab")
    desk.lab.page.keyboard.press("Enter")
    assert desk.box(MAP).locator("li").first.inner_text() == "✕ bad: Dot 1001 <b>"
    assert desk.box(MAP).locator("li").count() == 101
    desk.lab.run(OTHER)
    desk.lab.below(OTHER).get_by_text("(1000, 1001) 1000").wait_for(timeout=120_000)


def test_after_a_reload_the_review_stands_where_it_was(desk: Desk) -> None:
    desk.lab.command("docmanager:save")
    desk.lab.open()
    desk.says("Row 5 of 12")
    desk.press("k", then="Row 5, kept.")
    assert desk.queue().counts().done == 5


def test_a_kernel_that_is_killed_takes_nothing_with_it(desk: Desk) -> None:
    pid = int(desk.lab.run(PID))
    desk.press("u", then="Row 6, unsure.")
    os.kill(pid, signal.SIGKILL)
    desk.lab.page.locator(".jp-Dialog button.jp-mod-accept").click(timeout=120_000)
    desk.lab.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', state="attached", timeout=120_000)
    desk.lab.run(REVIEW)
    desk.says("Row 7 of 12")
    desk.says("6 of 12 reviewed: 3 kept, 1 changed, 2 unsure")
    rows = [json.loads(text) for text in desk.queue().export(desk.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["decision"] for row in rows[:7]] == ["keep", "change", "unsure", "keep", "keep", "unsure", ""]


def test_saved_and_opened_again_it_shows_the_faces_and_no_dead_widget(desk: Desk) -> None:
    desk.lab.command("docmanager:save")
    desk.lab.shut_down()
    notebook = nbformat.read(desk.folder / NAME, 4)
    views = [output.data for cell in notebook.cells for output in cell.outputs if VIEW in output.get("data", {})]
    assert [view["text/plain"] for view in views] == ["", "", ""]
    desk.lab.open()
    desk.lab.page.wait_for_timeout(10_000)
    for text in ("Error displaying widget", "Loading widget", "model not found"):
        assert not any(place.is_visible() for place in desk.lab.page.get_by_text(text).all())
    assert desk.lab.below(REVIEW).get_by_text("6 of 12 reviewed").first.is_visible()
    desk.lab.below(MAP).locator("summary").click()
    assert desk.lab.below(MAP).get_by_alt_text("A map of 2000 texts in 2 groups").is_visible()
    desk.lab.shut_down()
