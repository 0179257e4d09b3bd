"""Retrieval-augmented generation: what stands in the prompt, what became of each answer, and how both are drawn."""

from __future__ import annotations

import math

import matplotlib
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers import runs
from helpers.methods.method import prompt
from helpers.methods.rag import OUTCOMES, Gold, Rag, outcomes, show
from helpers.methods.rag_plots import Explorer, draw_outcomes, draw_risk, draw_sweep
from helpers.metrics.abstention import risk_coverage
from helpers.models import Reply
from helpers.plots import COLORS
from helpers.retrieval import Bm25, Chunk, Hit, Hybrid, Reranked
from helpers.runs import Run
from helpers.tasks import load_task

matplotlib.use("Agg")

PAY = Chunk("p1#0", "p1", "Pay", "Pay comes on the 28th.", "2024-09-01")
LEAVE = Chunk("p2#0", "p2", "Leave", "You have 30 days of leave.", "2024-09-01")
MEMO = Chunk("m1#0", "m1", "Memo: Leave", "From now on 32 days of leave.", "2025-02-03")
CHUNKS = [PAY, LEAVE, MEMO]


class Echo:
    """A model whose reply is its own prompt."""

    cache = None
    recorded = ""

    name, spec = "echo", "echo:1"

    def ask_many(self, conversations, *, on_reply=None, **settings):
        return [Reply(chat[-1]["content"], tokens_in=1, tokens_out=1, seconds=0.1, usd=0.0) for chat in conversations]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def question(text: str, *evidence: str, old: str = "", target: str = "x") -> dict:
    return {"id": text, "input": text, "target": [target], "kind": "direct", "evidence": list(evidence), "old": old}


def method(retriever=None, k: int = 1, text: str = "{passages}\n\n{input}", **settings) -> Rag:
    return Rag(prompt(text, name="look up", **settings), retriever or Bm25(CHUNKS), k)


def table(*rows: tuple) -> pd.DataFrame:
    """One row for each (score, prompt, example)."""
    return pd.DataFrame([{**row, "score": score, "messages": [{"role": "user", "content": text}]} for score, text, row in rows])


def test_a_passage_without_a_date_is_shown_without_brackets_and_nothing_is_said_to_be_nothing():
    undated = Chunk("p3#0", "p3", "", "Ask at the desk.")
    assert show([Hit(MEMO, 2.0, 1), Hit(undated, 1.0, 2)]) == "[2025-02-03] Memo: Leave\nFrom now on 32 days of leave.\n\nAsk at the desk."
    assert show([]) == "(nothing was found)"


def test_what_is_found_stands_in_the_prompt_in_the_order_of_the_search():
    asked = method(k=2, system="Be brief.").messages([question("How many days of leave now?")])
    assert [turn["role"] for turn in asked[0]] == ["system", "user"]
    text = asked[0][1]["content"]
    assert text.index("32 days") < text.index("30 days") < text.index("How many")
    assert "28th" not in text


def test_a_run_of_it_scores_the_answers_and_keeps_retriever_and_k():
    run = runs.run(method(k=1, max_tokens=7), load_task("handbook"), Echo(), limit=3)
    assert run.settings == {"max_tokens": 7, "retriever": "BM25", "k": 1}
    assert run.template["text"] == "{passages}\n\n{input}"
    assert all(row.answer.endswith(row.input) and row.answer != row.input for row in run.table.itertuples())


def test_a_template_that_asks_for_another_field_costs_no_call():
    with pytest.raises(ValueError, match="cannot ask about example"):
        method(text="{passage}: {input}").solve([question("pay")], Echo())


@pytest.mark.parametrize("other", [
    method(k=2), method(Bm25(CHUNKS[:2])), method(text="{passages} {input}"), method(max_tokens=3), method(Bm25(CHUNKS, name="words")),
    method(Bm25(CHUNKS, k1=2)), method(Bm25(CHUNKS, b=0)), method(Bm25(CHUNKS, split=str.split)),
    Rag(prompt("{passages}\n\n{input}", name="look up"), Bm25(CHUNKS), 1, show=lambda hits: hits[0].chunk.text),
])  # fmt: skip
def test_the_fingerprint_changes_with_whatever_can_change_an_answer(other):
    assert method().fingerprint == method().fingerprint != other.fingerprint


@pytest.mark.parametrize("others", [
    [Hybrid([Bm25(CHUNKS)]), Hybrid([Bm25(CHUNKS)], constant=5), Hybrid([Bm25(CHUNKS)], depth=5), Hybrid([Bm25(CHUNKS, b=0)])],
    [Reranked(Bm25(CHUNKS), judge) for judge in (Echo(), lambda question, text: len(text), lambda question, text: len(question))],
    [Bm25(CHUNKS, split=split) for split in (lambda text: text.split(), lambda text: text.lower().split())],
    [Gold([question("pay?", *evidence)], CHUNKS, Bm25(CHUNKS)) for evidence in (["28th"], ["30 days"])],
])  # fmt: skip
def test_the_fingerprint_of_a_retriever_changes_with_its_settings(others):
    assert len({method(one).fingerprint for one in others}) == len(others)
    assert method(others[0]).fingerprint == method(others[0]).fingerprint


def test_gold_finds_the_evidence_in_its_order_and_each_chunk_once():
    both = question("leave?", "32 days of leave", "30 days of leave", "You have 30")
    gold = Gold([both, question("pay day?")], CHUNKS, Bm25(CHUNKS))
    assert [hit.chunk.id for hit in gold.search(["leave?"], k=1)[0]] == ["m1#0", "p2#0"]
    assert [hit.chunk.id for hit in gold.search(["pay day?"], k=5)[0]] == ["p1#0"]


def test_gold_refuses_evidence_that_was_cut_apart_and_does_not_know_other_questions():
    with pytest.raises(ValueError, match="'Pay comes on the 29th' stands whole in none of 3 chunks: cut larger ones"):
        Gold([question("pay?", "Pay comes on the 29th")], CHUNKS, Bm25(CHUNKS))
    with pytest.raises(KeyError, match="leave"):
        Gold([question("pay?", "on the 28th")], CHUNKS, Bm25(CHUNKS)).search(["leave?"])


def test_each_outcome_has_its_row():
    asked, silent = question("a", "on the 28th"), question("b", target="I don't know")
    changed = question("c", "32 days", "30 days", old="30")
    made = table(
        (1.0, "no passage", asked), (0.0, "a page about vans", asked), (0.0, "Pay comes on the 28th. When?", asked), (0.0, "any", silent),
        (1.0, "any", silent), (0.0, "2 + 2?", question("d", target="4")), (0.0, "now 32 days", changed), (0.0, "You have 30 days", changed),
    )  # fmt: skip
    read, lost, kept = "retrieved and not read", "not retrieved", "right"
    want = [kept, lost, read, "not declined", kept, "no page needed, missed", read, lost]
    assert outcomes(made).to_list() == want
    assert list(outcomes(made).cat.categories) == list(OUTCOMES)


def test_a_question_whose_reply_failed_has_no_outcome_and_its_bar_says_incomplete():
    made = table((1.0, "no passage", question("a", "28th")), (math.nan, "", question("b", "28th")))
    assert outcomes(made).isna().to_list() == [False, True]
    ax = draw_outcomes([Run("t", "one", "m", "dev", "exact", made, {}, {}, 1.0)])
    assert ([label.get_text() for label in ax.get_yticklabels()], ax.get_xlabel()) == (["one\n(incomplete)"], "questions (n = 2)")


def test_all_the_evidence_must_have_been_shown_unless_a_memo_changed_the_rule():
    two = question("a", "on the 28th", "30 days")
    assert outcomes(table((0.0, "Pay comes on the 28th.", two))).to_list() == ["not retrieved"]


def test_a_run_over_a_task_without_evidence_is_refused():
    with pytest.raises(KeyError, match="no column evidence, old in this run"):
        outcomes(table((0.0, "any", question("a"))).drop(columns=["evidence", "old"]))


def test_a_bar_is_as_long_as_the_counts_of_its_outcomes():
    rows = [(1.0, "", question("a"))] * 3 + [(0.0, "", question("b", "28th"))] * 2
    ax = draw_outcomes([Run("t", "one", "m", "dev", "exact", table(*rows), {}, {}, 1.0)], title="Search")
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in ax.containers}
    assert {name: width for name, (width,) in widths.items() if width} == {"right": 3, "not retrieved": 2}
    assert to_hex(ax.containers[0][0].get_facecolor()) == COLORS["blue"].lower()
    assert (ax.get_xlabel(), ax.get_title(loc="left")) == ("questions (n = 5)", "Search")


def test_risk_is_a_dot_for_one_row_and_a_line_for_more():
    dots = {"on": risk_coverage([1, 0, 0, 1], declined=[False, False, True, True]), "line": risk_coverage([1, 0], confidence=[2, 1])}
    ax = draw_risk(dots)
    dot = next(line for line in ax.lines if line.get_marker() == "o")
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (0.5, 0.5)
    assert ([0.5, 1.0], [0.0, 0.5]) in [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"on", "line"}


def test_every_curve_of_risk_is_drawn_and_an_interval_is_named_only_where_there_is_one():
    line = risk_coverage([1, 0], confidence=[2, 1])
    ax = draw_risk({f"curve {i}": line for i in range(8)})
    assert (len(ax.lines), ax.get_ylabel()) == (8, "risk: share of answers wrong")


def test_a_sweep_draws_a_line_a_chunk_size_in_the_order_of_k():
    rows = [(64, 2, 150, 0.5), (64, 1, 80, 0.4), (128, 1, 120, 0.6)]
    sweep = pd.DataFrame(rows, columns=["size", "k", "tokens", "found"]).assign(low=0.1, high=0.9, n=7)
    ax = draw_sweep(sweep)
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines] == [([80, 150], [0.4, 0.5]), ([120], [0.6])]
    assert [text.get_text() for text in ax.texts] == ["k=1", "k=2", "k=1"]
    assert ax.get_ylabel().endswith("n = 7")


def explorer() -> Explorer:
    return Explorer([Bm25(CHUNKS), Bm25([PAY], name="pay only")], [question("days of <leave>?", "32 days"), question("pay")], k=2)


def test_the_explorer_marks_the_evidence_and_leaves_empty_what_was_not_found():
    shown = explorer().table("days of <leave>?")
    assert shown["BM25"].to_list() == ["Leave", "✓ Memo: Leave"]
    assert shown["pay only"].to_list() == ["", ""]


def test_the_explorers_face_is_a_table_that_needs_no_kernel():
    face = explorer()._repr_html_()
    assert "<b>days of &lt;leave&gt;?</b>" in face
    assert "<td>✓ Memo: Leave</td>" in face
    assert repr(explorer()).startswith("days of <leave>?\n")


def test_a_chosen_or_typed_question_changes_the_table():
    box, depth, shown = explorer().play().children
    box.value = "When is pay?"
    assert "<td>Pay</td>" in shown.value
    depth.value = 1
    assert shown.value.count("<th>1</th>") == 1
    assert "<th>2</th>" not in shown.value
    box.value = " "
    assert "type one" in shown.value
