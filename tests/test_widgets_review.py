"""The review of a queue and the map of clusters: what a key does, what is shown, and their faces without a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

from helpers import places
from helpers.curation import Queue, queue
from helpers.widgets import Review, cluster_map, review
from helpers.widgets.scripted import line, scripted

LABELS = ["positive", "negative"]
TEXTS = ["Fine <b>& good</b>", "Bad", "So so"]
ROWS = [{"id": f"r{number}", "input": text, "target": "positive", "source": "<i>shop"} for number, text in enumerate(TEXTS)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.jsonl"


@pytest.fixture
def shown(path: Path) -> Review:
    return review(queue(ROWS, path, labels=LABELS))


def plain(face: str) -> str:
    return face.replace(' style="text-align: left"', "")


def press(shown: Review, act: str, value: Any = None) -> dict:
    return shown.act({"act": act, "value": value, "id": shown.view()["id"]})


def test_a_key_decides_saves_and_moves_to_the_next_open_row(shown, path):
    assert press(shown, "keep")["said"] == "Row 1, kept."
    assert press(shown, "label", "negative")["said"] == "Row 2, changed to negative."
    view = press(shown, "unsure")
    assert (view["said"], view["done"], view["counts"]) == ("Row 3, unsure. All rows are reviewed.", 3, str(shown.queue.counts()))
    assert [Queue.open(path).state(row["id"]).decision for row in ROWS] == ["keep", "change", "unsure"]


def test_the_key_of_the_proposed_label_keeps_it(shown):
    press(shown, "label", "positive")
    assert shown.queue.state("r0").decision == "keep"


def test_a_second_key_that_was_meant_for_the_row_before_decides_nothing(shown):
    late = {"act": "keep", "id": "r0"}
    shown.act(late)
    assert shown.act(late)["id"] == "r1"
    assert shown.queue.state("r1").decision == ""


def test_undo_goes_back_to_the_row_and_says_so(shown):
    assert press(shown, "undo")["said"] == "Nothing to take back."
    press(shown, "keep")
    press(shown, "note", "ironic")
    assert (shown.position, press(shown, "undo")["note"]) == (1, "")
    view = press(shown, "undo")
    assert (view["id"], view["pressed"], view["said"]) == ("r0", "", "Taken back: the last step, about row 1.")


def test_arrows_move_over_both_ends_and_show_what_was_decided(shown):
    press(shown, "label", "negative")
    view = press(shown, "back")
    assert (view["where"], view["standing"], view["pressed"]) == ("Row 1 of 3", ", changed to negative", "=negative")
    assert [press(shown, "back")["where"], press(shown, "forward")["where"]] == ["Row 3 of 3", "Row 1 of 3"]


def test_the_time_of_a_decision_is_kept_but_no_break(shown, monkeypatch):
    clock = iter([1000.0, 1000.0, 1007.25, 1007.25, 99999.0, 99999.0])
    monkeypatch.setattr("helpers.widgets.reviewing.monotonic", lambda: next(clock))
    again = Review(shown.queue)
    again._go(0)
    press(again, "keep")
    press(again, "keep")
    assert [again.queue.state(id).seconds for id in ("r0", "r1")] == [7.2, 300.0]


def test_a_list_is_typed_as_json_and_what_is_none_is_said(path):
    shown = review(queue([{"id": "a", "input": "We tune T5.", "target": ["BERT"]}], path))
    assert (shown.view()["labels"], shown.view()["draft"]) == (None, '["BERT"]')
    assert press(shown, "change", "T5")["said"].startswith("Not saved: 'T5' is no JSON; write the label like the proposed one")
    assert press(shown, "change", '["T5"]')["standing"] == ', changed to ["T5"]'
    assert Queue.open(path).state("a").label == ["T5"]


def test_what_could_not_be_saved_is_said_and_the_row_stays(shown, path):
    path.unlink()
    view = press(shown, "keep")
    assert view["said"].startswith("Not saved: ")
    assert (view["id"], view["done"]) == ("r0", 0)


def test_it_starts_at_the_first_open_row(shown, path):
    press(shown, "keep")
    assert review(Queue.open(path)).view()["where"] == "Row 2 of 3"


def test_the_static_face_lists_reviewed_rows_first_and_escapes_them(shown):
    assert "<td>Fine &lt;b&gt;&amp; good&lt;/b&gt;</td><td>positive</td><td>open</td>" in plain(shown._repr_html_())
    shown.queue.decide("r1", "change", "negative")
    shown.queue.note("r1", "<s>")
    face = plain(shown._repr_html_())
    assert "<tbody><tr><td>Bad</td><td>positive</td><td>changed to negative</td><td>&lt;s&gt;</td></tr>" in face
    assert "1 of 3 reviewed" in face
    assert repr(shown).split("\n")[1] == "1. [changed to negative] positive: Bad"


def test_a_long_queue_says_how_many_rows_its_face_leaves_out(path):
    face = review(queue([{"id": str(number), "input": "x" * 200, "target": "y"} for number in range(20)], path))._repr_html_()
    assert (face.count("<tr>"), "and 12 more" in face, "x" * 79 + "…</td>" in face) == (9, True, True)


def test_a_queue_of_no_rows_has_a_face_and_takes_no_key(path):
    shown = review(queue([], path, labels=LABELS))
    view = shown.act({"act": "keep", "id": ""})
    assert (view["where"], view["text"], view["done"]) == ("No rows to review", "", 0)
    assert "0 of 0 reviewed" in shown._repr_html_()


def test_what_is_no_queue_is_refused():
    with pytest.raises(TypeError, match=r"widgets.review takes what curation.queue\(rows, path, labels=...\) made; got a list"):
        review(ROWS)


def test_a_script_gets_the_state_that_its_message_led_to(shown):
    widget = scripted("reviewing", shown.view(), shown.act)
    widget._handle_custom_msg({"act": "keep", "id": "r0"}, [])
    assert (widget.state["id"], widget.state["done"]) == ("r1", 1)


def test_a_value_is_shown_as_text_or_json_and_cut():
    assert [line("a <b>"), line(["é", 1]), line("abcdef", 4)] == ["a <b>", '["é", 1]', "abc…"]


XY = [(0, 0), (1, 1), (2, 0), (10, 10), (5, 5)]
KEYS = [1, 0, 1, 0, -1]
SAID = ["one", "two", "<b>three", "four", "five"]
BAD = [False, True, True, True, False]


def test_clusters_are_in_order_noise_last_with_their_bad_rows():
    clusters = cluster_map(XY, np.array(KEYS), pd.Series(SAID), np.array(BAD), names={0: "late, refund"}).clusters
    assert [(each.name, each.mark, each.rows, each.bad) for each in clusters] == [
        ("late, refund", "0", (1, 3), (1, 3)), ("cluster 1", "1", (0, 2), (2,)), ("noise", "", (4,), ()),
    ]  # fmt: skip


def test_a_click_chooses_a_cluster_or_a_row():
    shown = cluster_map(XY, KEYS, SAID)
    assert shown.chosen == ()
    shown.act({"cluster": 0})
    assert shown.chosen == (1, 3)
    shown.act({"cluster": 0, "point": 3})
    assert shown.chosen == (3,)


def test_the_drawing_keeps_left_and_right_and_turns_up_to_down():
    view = cluster_map(XY, KEYS, SAID, BAD).view()
    assert view["points"] == [[16, 404, 1, 0], [68.8, 365.2, 0, 1], [121.6, 404, 1, 1], [544, 16, 0, 1], [280, 210, 2, 0]]
    assert [(cluster["x"], cluster["y"]) for cluster in view["clusters"][1:]] == [(68.8, 404), (280, 210)]


def test_the_face_of_a_map_is_a_table_that_escapes_and_an_alternative_text():
    shown = cluster_map(XY, KEYS, SAID, BAD)
    assert "<td>1</td><td>cluster 1</td><td>2</td><td>1</td><td>0.50</td><td>&lt;b&gt;three</td>" in plain(shown._repr_html_())
    assert shown.alt() == (
        "A map of 5 texts in 3 groups, near ones alike. cluster 0: 2 rows, 2 bad; cluster 1: 2 rows, 1 bad; noise: 1 row, 0 bad."
    )
    assert "bad" not in cluster_map(XY, KEYS, SAID)._repr_html_()


def test_the_figure_draws_every_row_once():
    ax = cluster_map(XY, KEYS, SAID, BAD).figure()
    drawn = sorted(tuple(point) for dots in ax.collections for point in dots.get_offsets())
    ax.figure.clear()
    assert drawn == sorted(map(tuple, XY))


def test_two_thousand_points_are_ready_in_two_seconds():
    from time import perf_counter

    start = perf_counter()
    view = cluster_map(np.random.default_rng(0).normal(size=(2000, 2)), np.arange(2000) % 20, ["word " * 200] * 2000, [True] * 2000).view()
    assert perf_counter() - start < 2
    assert max(map(len, view["texts"])) == 400


def test_texts_as_keys_and_no_texts_at_all_make_maps():
    assert [cluster.mark for cluster in cluster_map(XY, ["b", "a", "b", "a", "noise"], SAID).clusters] == ["1", "2", ""]
    empty = cluster_map([], [], [])
    assert (empty.view()["points"], empty.alt()) == ([], "A map of 0 texts in 0 groups, near ones alike. It is empty.")


@pytest.mark.parametrize(
    ("xy", "keys", "bad", "said"),
    [
        (XY[1:], KEYS, BAD, "got 4 xy, 5 clusters, 5 texts, 5 bad"),
        (XY, KEYS, BAD[1:], "got 5 xy, 5 clusters, 5 texts, 4 bad"),
        ([*XY[:4], (1, float("nan"))], KEYS, BAD, r"xy\[4\] is \(1.0, nan\): a place on the map is two finite numbers"),
        ([*XY[:4], (1, 2, 3)], KEYS, BAD, r"xy\[4\] is \(1.0, 2.0, 3.0\)"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_refused(xy, keys, bad, said):
    with pytest.raises(ValueError, match=said):
        cluster_map(xy, keys, SAID, bad)


CODE = """
from pathlib import Path
from helpers import curation, widgets
from IPython.display import display
display(widgets.review(curation.queue([{{"id": "a", "input": "x", "target": "y"}}], Path({path!r}))))
widgets.cluster_map([(0, 0), (1, 1)], [0, 1], ["one", "two"], [True, False])
"""


def test_where_nobody_can_click_a_notebook_holds_faces_and_no_widget(path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE.format(path=str(path)))])
    NotebookClient(notebook, resources={"metadata": {"path": str(places.root())}}).execute()
    outputs = notebook.cells[0].outputs
    kinds = [sorted(output.data) for output in outputs]
    assert kinds == [["text/html", "text/plain"], ["image/png", "text/plain"], ["text/html", "text/plain"]]
    assert outputs[1].metadata["image/png"]["alt"].startswith("A map of 2 texts in 2 groups")
