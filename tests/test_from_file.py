"""A task from a reader's file: five whole files, what is guessed, how it is split, and what the report says."""

from __future__ import annotations

import csv
import json
import math
import random

import pytest

from helpers import runs
from helpers.files import from_file
from helpers.files.copies import joined, keys, near_copies
from helpers.files.splitting import allotted, sample, split_by_date
from helpers.methods.baselines import classical, majority
from helpers.metrics.registry import score
from helpers.tasks import load_task
from helpers.tasks.task import LOOKS

WORDS = ["parcel", "order", "invoice", "refund", "driver", "password", "screen", "crash", "login", "charge", "late", "wrong", "twice",
         "thanks", "box", "size", "color", "bank", "door", "street", "sign"]  # fmt: skip


def sentence(draw: random.Random, words: int = 9) -> str:
    return " ".join(draw.choices(WORDS, k=words)).capitalize() + "."


def write(path, rows: list[dict]):
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def tickets(n: int, seed: int = 0, **more) -> list[dict]:
    draw = random.Random(seed)
    queues = draw.choices(["billing", "delivery", "login", "other", "praise"], [50, 25, 15, 7, 3], k=n)
    return [{"body": f"{sentence(draw)} {i}", "queue": queue, **{k: v(i) for k, v in more.items()}} for i, queue in enumerate(queues)]


def inputs(task) -> dict[str, str]:
    return {text: split for split, rows in task.splits.items() for text in rows["input"]}


# The five files.


def test_five_unbalanced_classes_become_a_label_task_that_runs(tmp_path):
    task = load_task(write(tmp_path / "tickets.csv", tickets(300)))
    assert (task.metric, task.labels) == ("label", ("billing", "delivery", "login", "other", "praise"))
    counts = task.report.balance["praise"]
    assert sum(counts.values()) == sum(row["queue"] == "praise" for row in tickets(300))
    assert any("own score says little" in line and f"praise ({counts['test']})" in line for line in task.report.shows)
    run = runs.run(classical(task["train"]), task, None, split="test", progress=False)
    assert (len(run.table), run.look.budget) == (len(task["test"]), LOOKS)


def test_json_objects_become_a_task_that_scores_their_values(tmp_path):
    rows = [{"mail": sentence(random.Random(i)) + str(i), "extracted": {"due": f"May {i % 28 + 1}", "sum": i}} for i in range(60)]
    task = load_task(write(tmp_path / "mails.jsonl", rows))
    assert task.metric == "set_f1"
    assert 'a JSON list: ["due: ...", "sum: ..."]' in task.instruction
    target = next(target for target in task["test"]["target"] if target[0] == "due: May 3")
    assert score("set_f1", f'["due: May 3", "{target[1]}"]', target) == 1
    assert score("set_f1", '["due: May 3", "sum: 77"]', target) == 0.5


def test_json_objects_are_kept_where_the_reader_asks_for_it(tmp_path):
    rows = [{"text": f"{sentence(random.Random(i))} {i}", "json": {"due": f"May {i % 28 + 1}", "sum": i}} for i in range(60)]
    task = load_task(write(tmp_path / "mails.jsonl", rows), metric="json")
    assert "with the keys due, sum" in task.instruction
    assert all(score("json", target, target) == 1 for target in task["test"]["target"])
    assert any("not its values" in note for note in task.report.notes)


def test_lists_in_json_or_python_spelling_become_a_set_task(tmp_path):
    rows = [{"text": f"{sentence(random.Random(i))} {i}", "models": str(["T5", f"M{i}"]) if i % 2 else "[]"} for i in range(40)]
    task = load_task(write(tmp_path / "models.csv", rows))
    assert (task.metric, sorted(map(len, task["train"]["target"]))[0]) == ("set_f1", 0)


def test_questions_with_documents_beside_them_become_a_task_to_look_up(tmp_path):
    rows = [{"question": f"How long is the {word} of number {i}?", "answers": [f"{i} days", str(i)]} for i, word in enumerate(WORDS * 2)]
    (tmp_path / "faq_documents").mkdir()
    (tmp_path / "faq_documents" / "pay.md").write_text("# Pay\nOn the 28th.\n", encoding="utf-8")
    task = load_task(write(tmp_path / "faq.jsonl", rows))
    assert (task.metric, task.documents, task["dev"]["target"][0][0][-4:]) == ("exact", tmp_path / "faq_documents", "days")
    assert "found beside faq.jsonl" in str(task.report)
    assert from_file(tmp_path / "faq.jsonl", documents=False, quiet=True).documents is None


def test_twenty_rows_work_and_the_report_says_what_they_cannot_show(tmp_path):
    task = load_task(write(tmp_path / "few.csv", tickets(20, 3)))
    sizes = task.report.sizes
    assert sum(sizes.values()) == 20
    assert sizes["train"] >= 6 and sizes["dev"] >= 3 and sizes["test"] >= 4  # noqa: PT018
    told = " ".join(task.report.shows)
    assert "no difference that one meets in practice can be told from chance" in told
    assert "takes 381 test rows" in told
    assert "too few to expect much of tuning" in told
    assert len(runs.run(majority(task["train"]), task, None, split="test", progress=False).table) == sizes["test"]


def test_twenty_thousand_rows_with_copies_and_a_missing_column_are_cleaned_and_told(tmp_path):
    rows = tickets(19_000)
    rows += [dict(row) for row in rows[:1_000]]
    rows = [{**row, "note": ""} for row in rows]
    rows[19_500]["body"] = "  " + rows[19_500]["body"].upper() + "!"  # a copy all the same
    path = write(tmp_path / "big.csv", rows)
    with pytest.raises(ValueError, match=r"big\.csv has no column 'ticket_id' for id=; there are 'body', 'queue', 'note'"):
        from_file(path, id="ticket_id")
    task = load_task(path)
    assert sum(task.report.sizes.values()) == 19_000
    assert "columns that hold nothing: note" in task.report.notes
    assert len(task.report.left_out["copies of another row, target and all"]) == 1_000
    assert len({name for split in task.splits for name in task[split]["id"]}) == 19_000


# What is guessed.


def test_guesses_are_printed_with_the_keyword_that_overrides_them(tmp_path, capsys):
    path = write(tmp_path / "t.csv", tickets(30))
    load_task(path)
    assert "guessed input='body', target='queue', metric='label'" in capsys.readouterr().out
    from_file(path, input="body", target="queue", metric="label")
    assert capsys.readouterr().out == ""


def test_two_columns_that_could_be_the_input_are_listed(tmp_path):
    path = write(tmp_path / "t.csv", tickets(30, title=lambda i: f"Title {i}"))
    with pytest.raises(
        ValueError, match=r'which column is the input\? It could be body \(.*\), title \(\'Title 0\'\): give input="body", or'
    ) as e:
        load_task(path)
    assert 'input="{body}\\n{title}"' in str(e.value)
    assert from_file(path, input="{title}\n{body}", quiet=True)["dev"]["input"][0].startswith("Title ")
    assert load_task(path, input=["title", "body"])["dev"]["input"][0].startswith("Title ")


def test_a_mapping_of_columns_says_it_all_at_once(tmp_path):
    path = write(tmp_path / "t.csv", tickets(30, title=lambda i: f"Title {i}"))
    assert load_task(path, columns={"input": "title", "target": "queue", "group": False}, looks=2).looks == 2


def test_questions_in_the_shape_of_squad_are_read(tmp_path):
    rows = [{"id": f"q{i}", "title": "T", "context": f"C {i}", "question": f"Q {i}?", "answers": {"text": [f"A{i}"], "answer_start": [0]}}
            for i in range(30)]  # fmt: skip
    task = load_task(write(tmp_path / "squad.jsonl", rows))
    assert (task.metric, task.report.columns["input"].column, task["dev"]["target"][0][0][0]) == ("exact", "question", "A")


def test_without_telling_names_the_content_decides(tmp_path):
    rows = [{"a": row["queue"], "b": row["body"]} for row in tickets(40)]
    report = load_task(write(tmp_path / "t.csv", rows)).report
    assert [report.columns[role].column for role in ("input", "target")] == ["b", "a"]
    assert report.columns["target"].why == "the only column of few short values"


def test_a_misspelled_column_is_told_the_near_one(tmp_path):
    with pytest.raises(ValueError, match=r"no column 'quue' for target= \(did you mean 'queue'\?\)"):
        from_file(write(tmp_path / "t.csv", tickets(30)), target="quue")


def test_a_context_stays_a_field_of_its_own_and_in_one_split(tmp_path):
    rows = [{"question": f"What is item {i}?", "context": f"Passage {i // 3}: {WORDS[i % 20]}.", "answer": f"it {i}"} for i in range(60)]
    task = load_task(write(tmp_path / "qa.csv", rows))
    where = [set(task[split]["context"]) for split in task.splits]
    assert not where[0] & where[2] and not where[0] & where[1] and not where[1] & where[2]  # noqa: PT018
    assert task["test"][0].keys() == {"id", "input", "target", "context"}


def test_labels_that_differ_in_case_are_one_and_numbers_are_texts(tmp_path):
    rows = [{"text": f"{sentence(random.Random(i))} {i}", "label": [1.0, "1", "Spam", "spam", "spam"][i % 5]} for i in range(40)]
    task = load_task(write(tmp_path / "t.jsonl", rows))
    assert task.labels == ("1", "spam")
    assert any("'Spam'" in note for note in task.report.notes)


# Splits, identity, leakage.


@pytest.mark.parametrize(("n", "sizes"), [(30, [15, 6, 9]), (36, [18, 7, 11]), (50, [25, 10, 15]), (300, [150, 60, 90])])
def test_the_splits_are_the_shares_that_were_promised(tmp_path, n, sizes):
    assert list(from_file(write(tmp_path / "t.csv", tickets(n)), quiet=True).report.sizes.values()) == sizes


def test_each_label_of_three_rows_or_more_is_in_every_split_near_its_share(tmp_path):
    report = from_file(write(tmp_path / "t.csv", tickets(36)), quiet=True).report
    assert [label for label, counts in report.balance.items() if 0 in counts.values()] == ["praise"]
    assert "dev has no praise (1): a label needs 3 rows to be in every split" in str(report)
    billing = list(report.balance["billing"].values())
    assert all(abs(have - share * sum(billing)) < 2 for have, share in zip(billing, (0.5, 0.2, 0.3), strict=True))


@pytest.mark.parametrize("more", [{}, {"user_id": lambda i: f"u{i // 4}"}, {"date": lambda i: f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"}])
def test_the_order_of_the_rows_changes_no_split(tmp_path, more):
    rows = tickets(120, **more)
    first = inputs(from_file(write(tmp_path / "t.csv", rows), quiet=True))
    assert inputs(from_file(write(tmp_path / "t.csv", rows[::-1]), quiet=True)) == first


def test_added_rows_move_only_a_few_old_ones_and_the_report_says_that_they_may(tmp_path):
    rows = tickets(1100)
    first = from_file(write(tmp_path / "t.csv", rows[:1000]), quiet=True)
    second = from_file(write(tmp_path / "t.csv", rows), quiet=True)
    later = inputs(second)
    assert sum(later[text] != split for text, split in inputs(first).items()) < 40
    assert "rows next to a cut may move when rows are added" in first.report.split_by
    assert first.name != second.name  # another file, whose looks are counted apart, unless name= says otherwise
    assert from_file(tmp_path / "t.csv", name=first.name, quiet=True).name == first.name


def test_groups_stay_whole_and_rows_and_labels_are_near_their_shares(tmp_path):
    task = from_file(write(tmp_path / "t.csv", tickets(400, user_id=lambda i: f"u{i % 97}")), quiet=True)
    groups = [set(task[split]["group"]) for split in task.splits]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]  # noqa: PT018
    sizes = task.report.sizes.values()
    assert all(abs(have - wanted) <= 4 for have, wanted in zip(sizes, (200, 80, 120), strict=True))  # a group has 4 or 5 rows
    assert not any("its share of" in line or "has no" in line for line in task.report.missed)


def test_groups_or_days_that_cannot_be_divided_so_are_told_with_the_numbers(tmp_path):
    large = from_file(write(tmp_path / "t.csv", tickets(50, user_id=lambda i: f"u{min(i // 10, 2)}")), quiet=True)
    assert sorted(large.report.sizes.values()) == [10, 10, 30]
    assert any("rows, and its share of 50 is 25, because groups stay whole" in line for line in large.report.missed)
    days = from_file(write(tmp_path / "t.csv", tickets(99, date=lambda i: f"2024-01-0{i % 3 + 1}")), quiet=True)
    assert "train has 33 rows, and its share of 99 is 50, because dates decide, and days stay whole" in str(days.report)


def test_labels_that_the_dates_keep_out_of_a_split_are_told(tmp_path):
    rows = [{"text": sentence(random.Random(i)) + str(i), "label": "ab"[i > 20], "date": f"2024-01-{i % 28 + 1:02d}"} for i in range(28)]
    missed = from_file(write(tmp_path / "t.csv", rows), quiet=True).report.missed
    assert "train has no b, because dates decide, and days stay whole" in missed


def test_with_dates_the_oldest_rows_train_and_the_newest_test(tmp_path):
    rows = tickets(100, date=lambda i: f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.2024")
    task = load_task(write(tmp_path / "t.csv", rows))

    def days(split):
        return [tuple(reversed(day.split("."))) for day in task[split]["date"]]

    assert max(days("train")) < min(days("dev")) and max(days("dev")) < min(days("test"))  # noqa: PT018
    assert "by date='date'" in task.report.split_by


def test_a_text_with_two_targets_never_stands_on_both_sides(tmp_path):
    rows = tickets(200)
    rows += [{**row, "queue": "login" if row["queue"] != "login" else "other"} for row in rows[:50]]
    task = load_task(write(tmp_path / "t.csv", rows))
    seen = [set(task[split]["input"]) for split in task.splits]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]  # noqa: PT018
    assert any(line.startswith("50 rows have the text of another row and a different target") for line in task.report.leakage)


def test_a_near_copy_across_splits_and_a_label_inside_the_input_are_found(tmp_path):
    rows = [
        {"text": f"{' '.join(WORDS)} number {i} is {'good' if i % 2 else 'bad'}", "label": "good" if i % 2 else "bad"} for i in range(60)
    ]
    told = " ".join(load_task(write(tmp_path / "t.csv", rows)).report.leakage)
    assert "test rows looked at are nearly a train row" in told
    assert "in 100% of the inputs the right label stands as a word" in told


def test_looks_at_the_same_file_are_counted_together(tmp_path):
    path = write(tmp_path / "t.csv", tickets(40))
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / "t.csv"
    copy.write_bytes(path.read_bytes())
    first, second = from_file(path, quiet=True), from_file(copy, target="queue", quiet=True)
    assert first.name == second.name
    looked = [runs.run(classical(task["train"], name=str(c), c=c), task, None, split="test") for c, task in ((1, first), (2, second))]
    assert [run.look.number for run in looked] == [1, 2]


def test_long_targets_are_scored_by_overlap_and_names_of_classes_are_read(tmp_path):
    from datasets import ClassLabel, Dataset, Features, Value

    rows = [{"text": sentence(random.Random(i), 40), "summary": sentence(random.Random(i + 99), 9)} for i in range(30)]
    task = load_task(write(tmp_path / "t.jsonl", rows))
    assert (task.metric, task.instruction) == ("rouge_l", "Summarize the text in about 9 words.")
    features = Features({"text": Value("string"), "label": ClassLabel(names=["no", "yes"])})
    columns = {"text": [row["text"] for row in rows], "label": [i % 2 for i in range(30)]}
    Dataset.from_dict(columns, features=features).to_parquet(tmp_path / "t.parquet")
    assert load_task(tmp_path / "t.parquet").labels == ("no", "yes")


def test_a_metric_that_cannot_score_the_targets_is_told_with_a_row(tmp_path):
    with pytest.raises(ValueError, match=r"metric 'set_f1' cannot score the targets in 'queue'; row 1: a set target must be a list"):
        from_file(write(tmp_path / "t.csv", tickets(30)), metric="set_f1")
    with pytest.raises(ValueError, match=r"\d+ targets are none of labels=\['billing'\]: row \d+"):
        from_file(tmp_path / "t.csv", labels=["billing"])


def test_max_rows_takes_a_sample_that_stays(tmp_path):
    path = write(tmp_path / "t.csv", tickets(500))
    task = from_file(path, max_rows=100, quiet=True)
    assert inputs(task) == inputs(from_file(path, max_rows=100, quiet=True))
    assert inputs(task).items() <= inputs(from_file(path, quiet=True)).items()
    assert sum(task.report.sizes.values()) == 100


def test_a_sample_has_the_shares_too_and_cannot_be_of_two_rows(tmp_path):
    path = write(tmp_path / "t.csv", tickets(500))
    assert list(from_file(path, max_rows=50, quiet=True).report.sizes.values()) == [25, 10, 15]
    with pytest.raises(ValueError, match="max_rows=2: three splits need 3 rows or more"):
        from_file(path, max_rows=2, quiet=True)


def test_the_page_of_the_report_escapes_what_the_file_holds(tmp_path):
    task = from_file(write(tmp_path / "t.csv", tickets(30)), instruction="<b>Which</b> queue?", quiet=True)
    assert "&lt;b&gt;Which" in task.report._repr_html_()
    assert "<b>Which" not in task.report._repr_html_()


def test_no_column_of_the_file_is_lost_under_a_name_that_is_taken(tmp_path):
    rows = tickets(30, id=lambda i: f"a{i}", file_id=lambda i: f"b{i}", score=lambda i: i, tokens_in=lambda i: 2 * i)
    task = from_file(write(tmp_path / "t.csv", rows), target="queue", id=False, quiet=True)
    first = task["dev"][0]
    assert (first["file_id"][0], first["file_file_id"][0], len(first["id"])) == ("b", "a", 12)
    assert int(first["file_tokens_in"]) == 2 * int(first["file_score"])
    assert {"file_score", "file_tokens_in"} <= set(runs.run(majority(task["train"]), task, None, progress=False).table)


def test_the_hours_of_one_day_are_in_one_split():
    dates = [day * 86_400 + hour * 3_600 for day in range(6) for hour in range(8)]
    splits = split_by_date("t.csv", [str(i) for i in range(48)], dates)
    assert all(len(set(splits[start : start + 8])) == 1 for start in range(0, 48, 8))


def test_small_labels_are_the_reason_that_is_given_where_no_text_is_there_twice(tmp_path):
    rows = "".join(f"text number {i} of its own,label {i % 12}\n" for i in range(36))
    (tmp_path / "my.csv").write_text("text,kind\n" + rows)
    missed = " ".join(from_file(tmp_path / "my.csv", metric="label", quiet=True).report.missed)
    assert "because each label of three rows or more has one in every split" in missed
    assert "rows of one text" not in missed


def test_each_of_as_many_splits_as_rows_gets_one_however_small_its_weight():
    assert allotted(3, [0.8, 0.1, 0.1]) == [1, 1, 1]
    assert allotted(4, [0.98, 0.01, 0.01]) == [2, 1, 1]  # 4 x 0.98 is 3.92, and two of it are given to the others


@pytest.mark.parametrize("crowded", [0, 2])
def test_of_three_days_each_is_a_split_whichever_holds_most_rows(crowded):
    days = [0, 1, 2] + [crowded] * 97
    splits = split_by_date("t.csv", [str(i) for i in range(100)], [day * 86_400 for day in days])
    assert splits == [["train", "dev", "test"][day] for day in days]


def test_rows_of_one_text_go_by_the_newest_of_them():
    days = range(6)
    splits = split_by_date("t.csv", [*"abcdefa"], [day * 86_400 for day in [*days, 5]])
    assert (splits[0], splits[6], splits[1]) == ("test", "test", "train")


def test_a_sample_of_three_rows_has_one_of_each_split():
    splits = ["train", "dev", "test"] * 2
    drawn = sample([*"abcdef"], splits, ["x"] * 6, 3, seed=0)
    assert sorted(splits[row] for row in drawn) == ["dev", "test", "train"]


def test_near_copies_have_a_cosine_of_nine_tenths():
    words = [f"word{i}" for i in range(20)]
    tests = [" ".join([*words[:n], "other"]) for n in (19, 9)]
    found = [near_copies({"train": [" ".join(words[: n + 1])], "test": [text]}).pairs for n, text in zip((19, 9), tests, strict=True)]
    # a word of the one train text weighs ln(2/2) + 1 = 1, another ln(2/1) + 1: 19 / sqrt(20 * (19 + (1 + ln 2)**2)), and 0.826 for 9 words
    assert found == [[(0, 0, pytest.approx(19 / math.sqrt(20 * (19 + (1 + math.log(2)) ** 2))))], []]


def test_texts_of_four_words_are_no_near_copies_and_five_hundred_rows_are_looked_at():
    assert near_copies({"train": ["so far so good"], "test": ["so far so good"]}).looked == 0
    assert near_copies({"train": ["and so far so good"], "test": ["and so far so good"]}).looked == 1
    assert near_copies({"train": ["so far"], "test": [f"and so far so good {i}" for i in range(999)]}).looked == 500


def test_a_period_inside_a_number_makes_another_text():
    copies = keys(["5.0 euros", "50 euros", "5.0 Euros!"])
    assert (copies[0] == copies[2], copies[0] == copies[1]) == (True, False)


def test_units_are_joined_at_second_hand_under_their_first_row_and_empty_cells_join_nothing():
    assert joined(["", "b", "c", "b", ""], ["u", "v", "u", "w", "x"]) == [0, 1, 0, 1, 4]
    assert joined(["a", "b", "c"], ["x", "y", "y"], ["p", "q", "p"]) == [0, 0, 0]


def test_a_share_that_is_whole_but_for_rounding_is_whole():
    # 9 x 0.1 / 0.3 is 2.9999999999999996 in floats: 3 and 6, and what the two without weight get is taken from the 6
    assert allotted(9, [0, 0, 0.1, 0.2]) == [1, 1, 3, 4]
