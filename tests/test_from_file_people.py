"""Files as people have them, each from a habit of the field or a public bug report: read rightly, or refused with what to type next."""

from __future__ import annotations

import gzip
import importlib.util
import json

import pytest

from helpers.files import from_file
from helpers.metrics.registry import score
from helpers.tasks import load_task

TEXTS = [f"Message number {i} about a parcel" for i in range(30)]
LABELS = ["late" if i % 2 else "lost" for i in range(30)]
PAIRS = list(zip(TEXTS, LABELS))


def made(tmp_path, content: str | bytes | list, name: str = "mine.csv"):
    """A file of a text, of bytes, of lines, or of objects one a line."""
    if isinstance(content, list):
        content = "".join(f"{line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)}\n" for line in content)
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return tmp_path / name


def lines(between: str = ",", pairs=PAIRS, names=("text", "label")) -> list[str]:
    return [between.join(names), *(between.join(pair) for pair in pairs)]


def read(path, **settings):
    """The task, its rows by input, and the report's notes as one text."""
    task = from_file(path, quiet=True, **settings)
    rows = {row["input"]: row["target"] for split in task.splits for row in task[split]}
    return task, rows, " ".join(task.report.notes)


def is_read(path, **settings) -> str:
    """The notes, after the thirty pairs were found whole."""
    task, rows, notes = read(path, **settings)
    assert rows == dict(PAIRS)
    assert (task.metric, task.labels) == ("label", ("late", "lost"))
    return notes


# The files of the issue.


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;;"])
def test_the_first_line_that_excel_writes_says_the_delimiter(tmp_path, first):
    notes = is_read(made(tmp_path, "\r\n".join([first, *lines(";")])))
    assert "says the delimiter, as Excel means it (delimiter=)" in notes


def chat(system: str, asked: str, answer: str) -> dict:
    turns = [("system", system), ("user", asked), ("assistant", answer)]
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def test_chat_fine_tuning_lines_become_input_and_target_under_the_system_message(tmp_path):
    path = made(tmp_path, [chat("Sort the mail.", *pair) for pair in PAIRS], "mine.jsonl")
    assert "the instruction (instruction=)" in is_read(path)
    assert from_file(path, quiet=True).instruction == "Sort the mail."
    assert from_file(path, quiet=True, instruction="Mine.").instruction == "Mine."


def test_earlier_turns_and_a_system_message_of_its_own_stay_in_the_input(tmp_path):
    rows = [chat(f"You are number {i}.", *pair) for i, pair in enumerate(PAIRS)]
    rows[0]["messages"][1:1] = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [{"type": "text", "text": "Yes?"}]}]
    task, inputs, _ = read(made(tmp_path, rows, "mine.jsonl"))
    assert f"You are number 0.\n\nuser: Hi\nassistant: Yes?\nuser: {TEXTS[0]}" in inputs
    assert f"You are number 1.\n\n{TEXTS[1]}" in inputs
    assert "Sort" not in task.instruction


def test_a_json_list_of_objects_is_read_under_either_ending(tmp_path):
    rows = json.dumps([{"text": text, "label": label} for text, label in PAIRS], indent=2)
    is_read(made(tmp_path, rows, "mine.json"))
    is_read(made(tmp_path, rows, "mine.jsonl"))
    is_read(made(tmp_path, [{"text": text, "label": label} for text, label in PAIRS], "lines.json"))


def test_the_instruction_of_alpaca_stands_before_its_input(tmp_path):
    rows = [{"instruction": f"Translate word {i}.", "input": "Brot" if i % 2 else "", "output": f"word {i}"} for i in range(30)]
    _, inputs, notes = read(made(tmp_path, json.dumps(rows), "alpaca.json"))
    assert (inputs["Translate word 1.\n\nBrot"], inputs["Translate word 2."]) == ("word 1", "word 2")
    assert "as in Alpaca (input=)" in notes
    assert read(tmp_path / "alpaca.json", input="{input}: {instruction}")[1]["Brot: Translate word 1."] == "word 1"


def test_one_instruction_for_all_rows_of_alpaca_is_that_of_the_task(tmp_path):
    rows = [{"instruction": "Late or lost?", "input": text, "output": label} for text, label in PAIRS]
    is_read(made(tmp_path, json.dumps(rows), "alpaca.json"))
    assert from_file(tmp_path / "alpaca.json", quiet=True).instruction == "Late or lost?"


def test_windows_1252_is_recognized_said_and_overridden(tmp_path):
    pairs = [(f"Café „Müller“ – {text}", label) for text, label in PAIRS]
    path = made(tmp_path, "\r\n".join(lines(";", pairs)).encode("cp1252"))
    _, rows, notes = read(path)
    assert rows == dict(pairs)
    assert "encoding='cp1252' was recognized, and reads 'Café „Müller“" in notes
    assert "CafÈ" in next(iter(read(path, encoding="mac_roman")[1]))


@pytest.mark.parametrize(
    ("text", "encoding"), [("Привет, мир", "cp1251"), ("Zażółć gęślą jaźń", "cp1250"), ("配達が遅れました", "shift_jis")]
)
def test_another_code_page_is_asked_about_with_what_each_would_read(tmp_path, text, encoding):
    path = made(tmp_path, "\n".join(lines(";", [(f"{text} {i}", label) for i, label in enumerate(LABELS)])).encode(encoding))
    with pytest.raises(ValueError, match=rf'give the encoding that reads it, .*encoding="{encoding}" \(\'{text[:4]}'):
        read(path)
    assert f"{text} 1" in read(path, encoding=encoding)[1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_the_unicode_text_of_excel_is_read_with_and_without_its_mark(tmp_path, encoding):
    content = "\r\n".join(lines("\t")).encode(encoding)
    assert f"encoding={encoding!r} was recognized" in is_read(made(tmp_path, content, "mine.txt"))


@pytest.mark.parametrize("quote", ["''", "\\'"])
def test_single_quotes_are_recognized_with_commas_inside_and_without(tmp_path, quote):
    pairs = [(f"It{quote}s {i}, and late", label) for i, label in enumerate(LABELS)]
    path = made(tmp_path, ["text,label", *(f"'{text}','{label}'" for text, label in pairs)])
    _, rows, notes = read(path)
    assert rows["It's 3, and late"] == "late"
    assert "quotechar=" in notes
    plain = made(tmp_path, ["text,label", *(f"'{text}','{label}'" for text, label in PAIRS)], "plain.csv")
    assert "single quotes were read as the quotes (quotechar=)" in is_read(plain)
    assert "'late'" in read(plain, quotechar='"')[1].values()


def test_labels_with_commas_are_a_set_where_their_parts_stand_in_others_too(tmp_path):
    kinds = ["access, urgent", "access", "billing, urgent", "billing"]
    path = made(tmp_path, ["text,label", *(f'{text},"{kinds[i % 4]}"' for i, text in enumerate(TEXTS))])
    task, rows, notes = read(path)
    assert (task.metric, rows[TEXTS[0]], rows[TEXTS[1]]) == ("set_f1", ["access", "urgent"], ["access"])
    assert 'parts stand in other targets too; metric="label" keeps each as one' in notes
    assert task.instruction.startswith("Decide which of these fit the text: access, billing, urgent.")
    assert read(path, labels=list(set(kinds)))[0].metric == "label"
    assert read(path, metric="label")[0].labels == ("access", "access, urgent", "billing", "billing, urgent")


def test_labels_with_commas_are_one_where_their_parts_stand_nowhere_else(tmp_path):
    places = ["Paris, France", "Lima, Peru", "Oslo"]
    path = made(tmp_path, ["text,label", *(f'{text},"{places[i % 3]}"' for i, text in enumerate(TEXTS))])
    task, _, notes = read(path)
    assert task.labels == ("Lima, Peru", "Oslo", "Paris, France")
    assert 'are one label each, as their parts stand in no other label; metric="set_f1" makes them sets' in notes
    assert read(path, metric="set_f1")[1][TEXTS[0]] == ["Paris", "France"]


def test_ratings_with_a_decimal_comma_are_no_sets(tmp_path):
    path = made(tmp_path, ["text;stars", *(f"{text};{i % 3 + 1},{i % 2 * 5}" for i, text in enumerate(TEXTS))])
    assert read(path)[0].labels == ("1,0", "1,5", "2,0", "2,5", "3,0", "3,5")


def test_of_an_answer_of_gsm8k_the_number_after_the_marks_is_the_target(tmp_path):
    rows = [{"question": f"What is {i} + {i}?", "answer": f"First {i}.\nThen {i}+{i}=<<{i}+{i}={2 * i}>>{2 * i}.\n#### {2 * i}"}
            for i in range(30)]  # fmt: skip
    path = made(tmp_path, rows, "gsm.jsonl")
    task, inputs, notes = read(path)
    assert (inputs["What is 7 + 7?"], score(task.metric, "The answer is 14.", "14")) == ("14", score("exact", "The answer is 14.", "14"))
    assert 'as in GSM8K; metric="rouge_l" scores the whole text' in notes
    assert read(path, metric="rouge_l")[1]["What is 7 + 7?"].startswith("First 7.")


@pytest.mark.parametrize("name", ["date", "Datum"])
def test_german_dates_are_guessed_and_read(tmp_path, name):
    rows = [f"{text};{label};{i % 28 + 1:02}.{i % 12 + 1:02}.2026" for i, (text, label) in enumerate(PAIRS)]
    task, _, _ = read(made(tmp_path, [f"text;label;{name}", *rows]))
    assert task.report.columns["date"].column == name
    assert "by date=" in task.report.split_by
    assert read(tmp_path / "mine.csv", date=False)[0].report.columns["date"].column is None


def test_several_files_and_a_folder_of_them_become_one_table(tmp_path):
    (tmp_path / "parts").mkdir()
    first = made(tmp_path / "parts", lines(pairs=PAIRS[:12]), "a.csv")
    second = made(tmp_path / "parts", [{"text": text, "label": label} for text, label in PAIRS[12:]], "b.jsonl")
    assert "rows 1 to 12 are those of a.csv, rows 13 to 30 are those of b.jsonl" in is_read([first, second])
    assert load_task(tmp_path / "parts").name == from_file([first, second], quiet=True).name.replace("a-", "parts-")


def test_files_that_are_named_after_splits_keep_them(tmp_path):
    made(tmp_path, lines(pairs=PAIRS[:20]), "train.csv")
    made(tmp_path, lines(pairs=PAIRS[20:]), "test.csv")
    task, _, _ = read(tmp_path)
    assert set(task["test"]["input"]) == set(TEXTS[20:])
    assert len(task["dev"]) == 4
    assert "split='split'; dev, which it lacks, is drawn from train (split=False: new ones)" in task.report.split_by
    assert len(read(tmp_path, split=False)[0]["test"]) == 9


def test_a_data_set_cloned_from_the_hub_is_read_from_its_folder_data(tmp_path):
    from datasets import Dataset

    (tmp_path / "clone" / "data").mkdir(parents=True)
    (tmp_path / "clone" / "dataset_infos.json").write_text("{}")
    for split, part in (("train", slice(0, 20)), ("test", slice(20, 30))):
        rows = Dataset.from_dict({"text": TEXTS[part], "label": LABELS[part]})
        rows.to_parquet(tmp_path / "clone" / "data" / f"{split}-00000-of-00001.parquet")
    is_read(tmp_path / "clone")
    task = load_task(tmp_path / "clone")
    assert (task.name[:6], task.report.sizes) == ("clone-", {"train": 16, "dev": 4, "test": 10})


@pytest.mark.parametrize("name", ["mine.csv.gz", "mine.jsonl.gz"])
def test_a_packed_file_is_read_as_it_is(tmp_path, name):
    content = lines() if "csv" in name else [json.dumps({"text": text, "label": label}) for text, label in PAIRS]
    is_read(made(tmp_path, gzip.compress("\n".join(content).encode()), name))
    assert load_task(tmp_path / name).name.startswith("mine-")
    (tmp_path / name).write_bytes(b"\x1f\x8b no more")
    with pytest.raises(ValueError, match=r"is no whole gzip file .*: pack it again, or give it unpacked"):
        read(tmp_path / name)


def test_a_workbook_that_cannot_be_read_is_told_what_to_install_or_save(tmp_path):
    path = made(tmp_path, b"PK\x03\x04", "mine.xlsx")
    installed = importlib.util.find_spec("python_calamine") is not None
    missing = r'run `pip install -c constraints\.txt "python-calamine>=0\.4,<1"`, or save the sheet as CSV'
    with pytest.raises(ValueError, match=r"is no whole Excel workbook .*: save it again" if installed else missing):
        read(path)


def test_a_sheet_of_a_workbook_is_read(tmp_path):
    pytest.importorskip("python_calamine")
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    with pandas.ExcelWriter(tmp_path / "mine.xlsx") as book:
        pandas.DataFrame(PAIRS, columns=["text", "label"]).to_excel(book, sheet_name="Mail", index=False)
        pandas.DataFrame({"other": [1]}).to_excel(book, sheet_name="Rest", index=False)
    assert "of the sheets Mail, Rest the first was read (sheet=)" in is_read(tmp_path / "mine.xlsx")
    with pytest.raises(ValueError, match="no sheet 'Mial'; there are 'Mail', 'Rest'"):
        read(tmp_path / "mine.xlsx", sheet="Mial")


def test_a_data_set_that_was_saved_to_disk_is_read_with_its_classes_and_splits(tmp_path):
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    features = Features({"text": Value("string"), "label": ClassLabel(names=["late", "lost"])})
    parts = {"train": slice(0, 15), "validation": slice(15, 20), "test": slice(20, 30)}
    splits = {split: Dataset.from_dict({"text": TEXTS[part], "label": [i == "lost" for i in LABELS[part]]}, features=features)
              for split, part in parts.items()}  # fmt: skip
    DatasetDict(splits).save_to_disk(tmp_path / "saved")
    is_read(tmp_path / "saved")
    assert load_task(tmp_path / "saved").report.sizes == {"train": 15, "dev": 5, "test": 10}
    splits["train"].save_to_disk(tmp_path / "one")
    assert len(read(tmp_path / "one")[1]) == 15


# Found in public issues.


@pytest.mark.parametrize(("content", "problem"), [
    ("version https://git-lfs.github.com/spec/v1\noid sha256:b51f\nsize 21484555\n", "a pointer of Git LFS: run `git lfs pull`"),
    ("\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "a web page: download the file itself"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["mine.csv", "mine.json", "mine.jsonl"])
def test_what_a_download_left_in_place_of_the_file_is_named(tmp_path, content, problem, name):
    """https://github.com/git-lfs/git-lfs/issues/4830, https://github.com/washingtonpost/data-police-shootings/issues/25"""
    with pytest.raises(ValueError, match=f"{name} is no table but {problem}"):
        read(made(tmp_path, content, name))


def test_a_delimiter_at_the_end_of_each_row_shifts_no_column(tmp_path):
    """https://github.com/pandas-dev/pandas/issues/14124"""
    header, *rows = lines()
    is_read(made(tmp_path, [header, *(f"{row}," for row in rows)]))
    is_read(made(tmp_path, [f"{header},", *(f"{row}," for row in rows)]))


def test_quotes_behind_a_backslash_are_part_of_the_text(tmp_path):
    """https://github.com/pandas-dev/pandas/issues/16682, https://github.com/C2FO/fast-csv/issues/112"""
    path = made(tmp_path, ["text,label", *(f'"He said \\"now\\", {i}",{label}' for i, label in enumerate(LABELS))])
    _, rows, notes = read(path)
    assert rows['He said "now", 4'] == "lost"
    assert "(escapechar=)" in notes
    assert read(path, escapechar="\\")[1] == rows


def test_a_space_before_a_quote_does_not_cut_the_field(tmp_path):
    """https://github.com/python/cpython/issues/117286"""
    path = made(tmp_path, ["label, text", *(f'{label}, "{text}, {i}"' for i, (text, label) in enumerate(PAIRS))])
    assert f"{TEXTS[3]}, 3" in read(path)[1]
    is_read(made(tmp_path, ["text, label", *(f'"{text}", "{label}"' for text, label in PAIRS)], "even.csv"))


@pytest.mark.parametrize("above", [["Tickets of March", "exported 01.04.2026", ""], ["Tickets of March;", ";"]])
def test_the_names_are_found_below_the_title_of_an_export(tmp_path, above):
    """https://github.com/madskristensen/CSVEditor/issues/9, https://github.com/ngscopeclient/scopehal/issues/408"""
    path = made(tmp_path, [*above, *lines(";")])
    number = len(above) + 1
    assert f"the names were taken from line {number}, and the lines above it left out (header=)" in is_read(path)
    is_read(path, header=number)


def test_nul_characters_are_taken_out_and_counted(tmp_path):
    """https://github.com/wireservice/csvkit/issues/927"""
    notes = is_read(made(tmp_path, "\n".join(lines()).replace("parcel,lost", "par\0cel,lost", 2)))
    assert "2 NUL characters were taken out" in notes


def test_nan_in_json_is_an_empty_cell(tmp_path):
    """https://github.com/pandas-dev/pandas/issues/30716"""
    rows = [
        f'{{"text": "{text} NaN, NaN", "label": {json.dumps(label) if i else "NaN"}, "n": NaN}}' for i, (text, label) in enumerate(PAIRS)
    ]
    task, inputs, notes = read(made(tmp_path, rows, "mine.jsonl"))
    assert task.report.left_out == {"no target": [1]}
    assert f"{TEXTS[1]} NaN, NaN" in inputs
    assert "NaN and Infinity, which are not JSON, were read as empty" in notes


@pytest.mark.parametrize("orient", ["columns", "split", "index", "records", "table"])
def test_each_way_in_which_pandas_writes_json_is_read(tmp_path, orient):
    """https://github.com/pandas-dev/pandas/issues/18912, https://github.com/yakew7/Fair-Code/issues/141"""
    import pandas as pd

    is_read(made(tmp_path, pd.DataFrame(PAIRS, columns=["text", "label"]).to_json(orient=orient), "mine.json"))


def studio(text: str, *choices: str, cancelled: bool = False) -> dict:
    results = [[{"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [choice]}}] for choice in choices]
    return {"id": 1, "data": {"text": text}, "annotations": [{"result": result, "was_cancelled": cancelled} for result in results]}


def test_annotations_of_label_studio_become_a_column_by_majority(tmp_path):
    """https://github.com/HumanSignal/label-studio-converter/issues/28"""
    rows = [studio(*pair) for pair in PAIRS]
    rows[0] = studio(TEXTS[0], "late", "lost", "lost")
    path = made(tmp_path, json.dumps(rows), "project.json")
    assert "Label Studio's fields and annotations became columns: text, mood; of several answers" in is_read(path)
    rows[0], rows[1] = studio(TEXTS[0], "late", "lost"), studio(TEXTS[1], "late", cancelled=True)
    assert read(made(tmp_path, json.dumps(rows), "project.json"))[0].report.left_out == {"no target": [1, 2]}


def test_pieces_marked_in_label_studio_or_doccano_become_label_and_text(tmp_path):
    """https://github.com/HumanSignal/label-studio-converter/issues/59, https://github.com/doccano/doccano/issues/1602"""
    rows = [{"id": 2 * i + (name == "Bob"), "text": f"{name} sings {i} in Rome", "label": [[0, 3, "PER"], [14 + len(str(i)), 99, "LOC"]]}
            for i in range(15) for name in ("Ann", "Bob")]  # fmt: skip
    task, inputs, notes = read(made(tmp_path, rows, "doccano.jsonl"))
    assert (task.metric, inputs["Bob sings 12 in Rome"]) == ("set_f1", ["PER: Bob", "LOC: Rome"])
    assert 'became "LABEL: text"' in notes
    value = {"start": 0, "end": 3, "labels": ["PER"]}
    rows = [{"data": {"text": f"{name} {i}"}, "annotations": [{"result": [{"from_name": "who", "to_name": "text", "value": value}]}]}
            for i in range(15) for name in ("Ann", "Bob")]  # fmt: skip
    assert read(made(tmp_path, json.dumps(rows), "studio.json"), metric="set_f1")[1]["Bob 3"] == ["PER: Bob"]
    cells = [json.dumps([{"start": 0, "end": 3, "text": name, "labels": ["PER"]}]).replace('"', '""') for name in ("Ann", "Bob")]
    path = made(tmp_path, ["text,who", *(f'Says {i},"{cells[i % 2]}"' for i in range(30))], "studio.csv")
    assert read(path, target="who", metric="set_f1")[1]["Says 3"] == ["PER: Bob"]


@pytest.mark.parametrize(("user", "assistant"), [("human", "gpt"), ("user", "assistant")])
def test_conversations_of_sharegpt_are_read_under_both_pairs_of_names(tmp_path, user, assistant):
    """https://github.com/axolotl-ai-cloud/axolotl/issues/752"""
    rows = [{"conversations": [{"from": user, "value": text}, {"from": assistant, "value": label}]} for text, label in PAIRS]
    assert "in 'conversations' the last answer is the target" in is_read(made(tmp_path, json.dumps(rows), "share.json"))


def test_bare_lists_of_turns_are_conversations(tmp_path):
    """https://github.com/unslothai/unsloth/issues/321"""
    rows = [[{"from": "human", "value": text}, {"from": "gpt", "value": label}] for text, label in PAIRS]
    assert "each list of the file is a conversation" in is_read(made(tmp_path, json.dumps(rows), "share.json"))


def test_lists_of_one_label_are_labels(tmp_path):
    """https://github.com/doccano/doccano/pull/46"""
    path = made(tmp_path, [{"id": i, "text": text, "label": [label]} for i, (text, label) in enumerate(PAIRS)], "doccano.jsonl")
    assert 'a list of one label, and became that label; metric="set_f1" keeps the lists' in is_read(path)
    assert read(path, metric="set_f1")[1][TEXTS[0]] == ["lost"]


def test_responses_of_argilla_become_a_column_by_majority(tmp_path):
    """https://github.com/argilla-io/argilla/pull/2970"""
    rows = [{"id": str(i), "text": text, "mood.responses": [label, label, "other"], "mood.responses.users": ["a", "b", "c"],
             "mood.suggestion": "other"} for i, (text, label) in enumerate(PAIRS)]  # fmt: skip
    assert "Argilla's responses became the columns mood" in is_read(made(tmp_path, json.dumps(rows), "argilla.json"))


def test_records_of_argilla_2_become_columns_by_majority_without_what_was_discarded(tmp_path):
    """argilla-io/argilla, records/_io/_json.py: `records.to_json`"""
    rows = [
        {"id": str(i), "fields": {"text": text}, "metadata": {}, "suggestions": {"mood": {"value": "other"}}, "vectors": {},
         "responses": {"mood": [{"value": label, "user_id": "a"}, {"value": "other", "user_id": "b", "status": "discarded"}]}}
        for i, (text, label) in enumerate(PAIRS)
    ]  # fmt: skip
    assert "Argilla's fields and responses became columns: text, mood" in is_read(made(tmp_path, json.dumps(rows), "argilla.json"))


def test_the_line_of_dashes_in_a_markdown_table_is_no_row(tmp_path):
    table = ["| message | mood |", "|---|:---:|", *(f"| {text} | {label} |" for text, label in PAIRS)]
    assert "the line of dashes below the names was left out" in is_read(made(tmp_path, table, "table.csv"))


def test_the_timestamp_of_a_google_form_is_a_date_and_no_input(tmp_path):
    rows = [f"2026/03/{1 + i % 28:02d} {1 + i % 12}:05:{i % 60:02d} PM GMT+1,{text},{label}" for i, (text, label) in enumerate(PAIRS)]
    report = read(made(tmp_path, ["Timestamp,What is it?,Which label?", *rows], "form.csv"))[0].report
    assert report.columns["date"].column == "Timestamp"
    assert report.columns["input"].column == "What is it?"


def test_labels_that_may_mean_no_answer_are_told_with_their_rows(tmp_path):
    rows = [f"{text},{'N/A' if i % 5 == 0 else label}" for i, (text, label) in enumerate(PAIRS)]
    notes = read(made(tmp_path, ["message,mood", *rows]))[2]
    count = sum(i % 5 == 0 for i in range(len(PAIRS)))
    assert f"the targets 'N/A' ({count:,} rows) may mean that there is no answer: then empty these cells" in notes


@pytest.mark.parametrize(("labels", "told"), [(("0", "1"), True), (("True", "False"), True), (("1", "good"), False)])
def test_labels_that_do_not_say_what_they_mean_are_told(tmp_path, labels, told):
    rows = [f"{text},{labels[i % 2]}" for i, (text, _) in enumerate(PAIRS)]
    notes = read(made(tmp_path, ["message,toxic", *rows]))[2]
    assert ("do not say what they mean: put names in their place" in notes) is told


def test_numbers_as_targets_are_told_that_only_the_very_number_is_right(tmp_path):
    rows = [f"{text},{100 + 7.5 * i}" for i, (text, _) in enumerate(PAIRS)]
    report = read(made(tmp_path, ["text,label", *rows]))[0].report
    assert report.metric == "exact"
    assert "only the very number is right; where near is enough, make ranges of them" in report.metric_why


def test_what_promptfoo_expects_is_the_target(tmp_path):
    """https://github.com/promptfoo/promptfoo/issues/1889, https://github.com/promptfoo/promptfoo/issues/974"""
    rows = [f"{text},{('equals: ', 'contains:', '')[i % 3]}{label},number {i}" for i, (text, label) in enumerate(PAIRS)]
    assert "as in promptfoo (target=)" in is_read(made(tmp_path, ["question,__expected,__description", *rows], "tests.csv"))
    cases = [{"vars": {"question": text}, "assert": [{"type": "icontains", "value": label}]} for text, label in PAIRS]
    is_read(made(tmp_path, json.dumps(cases), "tests.json"))


def test_what_promptfoo_has_judged_by_a_rubric_is_refused(tmp_path):
    path = made(tmp_path, ["question,answer,__expected", *(f"{text},{label},llm-rubric: is polite" for text, label in PAIRS)])
    with pytest.raises(ValueError, match=r"row 1: the assertion 'llm-rubric: is polite' names no right answer .* name that as target="):
        read(path)
    is_read(path, target="answer")


def test_columns_of_0_and_1_are_offered_as_a_set_and_read_as_one(tmp_path):
    """https://github.com/deepset-ai/FARM/issues/189"""
    path = made(tmp_path, ["comment,toxic,insult", *(f"{text},{i % 2},{i % 3 // 2}" for i, text in enumerate(TEXTS))])
    with pytest.raises(ValueError, match=r'give target="toxic", or all of them, as a set of labels, with target="toxic,insult"'):
        read(path)
    task, rows, _ = read(path, target="toxic,insult")
    assert (rows[TEXTS[0]], rows[TEXTS[1]], rows[TEXTS[5]]) == ([], ["toxic"], ["toxic", "insult"])
    assert "fit the text: toxic, insult." in task.instruction
    with pytest.raises(ValueError, match=r"several columns as target= must hold 0 and 1, and 'comment' holds 'message number 0"):
        read(path, target=["toxic", "comment"])


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path):
    """https://github.com/wbolster/jsonlines/issues/53"""
    rows = [{"text": f"{text}\u2028and\x85more", "label": label} for text, label in PAIRS]
    assert f"{TEXTS[0]}\u2028and\x85more" in read(made(tmp_path, rows, "mine.jsonl"))[1]
    assert f"{TEXTS[0]}\u2028more" in read(made(tmp_path, ["text,label", *(f"{t}\u2028more,{label}" for t, label in PAIRS)]))[1]


def test_objects_spread_over_lines_without_a_list_around_them_are_read(tmp_path):
    """https://github.com/huggingface/datasets/pull/8086"""
    rows = "\n".join(json.dumps({"text": text, "label": label}, indent=2) for text, label in PAIRS)
    assert "the objects stand one after the other" in is_read(made(tmp_path, rows, "mine.jsonl"))


def test_dictionaries_as_python_prints_them_are_read(tmp_path):
    """https://github.com/intel/analytics-zoo/issues/106"""
    rows = [str({"text": text, "label": label, "n": None, "ok": True}) for text, label in PAIRS]
    assert "Python's dictionaries" in is_read(made(tmp_path, rows, "meta.json"))


def test_the_articles_of_squad_become_a_row_a_question(tmp_path):
    asked = [{"id": str(i), "question": f"Q {i}?", "answers": [{"text": f"a{i}", "answer_start": 0}] if i else []} for i in range(30)]
    articles = [{"title": "T", "paragraphs": [{"context": f"C {i}", "qas": asked[i : i + 3]}]} for i in range(0, 30, 3)]
    task, rows, _ = read(made(tmp_path, json.dumps({"version": "2", "data": articles}), "squad.json"))
    assert (task.metric, rows["Q 4?"], task.report.left_out) == ("exact", ["a4"], {"no target": [1]})
    assert task.report.columns["context"].column == "context"


def test_lines_of_fasttext_are_read(tmp_path):
    assert "as fastText has them" in is_read(made(tmp_path, [f"__label__{label} {text}" for text, label in PAIRS], "mine.txt"))


def test_a_test_file_without_targets_does_not_count_as_the_test_split(tmp_path):
    made(tmp_path, lines(pairs=PAIRS[:20]), "train.csv")
    made(tmp_path, ["text,number", *(f"{text},{i}" for i, text in enumerate(TEXTS[20:]))], "test.csv")
    task, _, _ = read(tmp_path)
    assert task.report.columns["split"].why == "by 'split' no row with a target is test, so the splits are new ones"
    assert task.report.sizes == {"train": 10, "dev": 4, "test": 6}
    with pytest.raises(ValueError, match=r"own splits \(train\) none is test: give split=False to make new ones"):
        read(tmp_path, split="split")


def test_texts_that_were_garbled_before_are_told(tmp_path):
    notes = read(made(tmp_path, lines(pairs=[(f"CafÃ© {text}", label) for text, label in PAIRS])))[2]
    assert "texts hold 'Ã© Message' and the like: they were garbled before they came here" in notes


def test_a_list_for_each_split_in_one_file_keeps_the_splits(tmp_path):
    rows = [{"text": text, "label": label} for text, label in PAIRS]
    path = made(tmp_path, json.dumps({"version": 1, "train": rows[:15], "validation": rows[15:20], "test": rows[20:]}), "mine.json")
    is_read(path)
    assert from_file(path, quiet=True).report.sizes == {"train": 15, "dev": 5, "test": 10}


def test_a_text_that_excel_cut_is_told_with_its_row(tmp_path):
    """https://github.com/dbeaver/dbeaver/issues/11106"""
    long = "word " * 7000
    path = made(tmp_path, [*lines(), f"{long[:32_767]},late"])
    assert "rows whose text ends at 32,767 characters, where Excel cuts: 31" in read(path)[2]


def test_a_json_file_that_breaks_is_told_with_line_and_column(tmp_path):
    with pytest.raises(ValueError, match=r"mine\.json, line 4: broken JSON at column \d+: .*: correct it, or leave it out"):
        read(made(tmp_path, '[\n {"text": "a", "label": "b"},\n {"text": "c",\n  "label" "d"}\n]', "mine.json"))
    with pytest.raises(ValueError, match=r"holds one object \(name, n\), and it takes a list of objects"):
        read(made(tmp_path, '{"name": {"a": [1]}, "n": [2, 3]}', "mine.json"))


def test_of_two_texts_the_last_is_offered_as_the_target(tmp_path):
    rows = [f"The {text}.,Die {text}." for text in TEXTS]
    with pytest.raises(ValueError, match=r'which column is the target\? It could be en .*, de .*: give target="de"$'):
        read(made(tmp_path, ["en,de", *rows]))


def test_the_near_name_is_told_also_where_it_is_not_among_the_first(tmp_path):
    for name in "abcdefg":
        made(tmp_path, lines(), f"{name * 9}.csv")
    made(tmp_path, lines(), "mine.csv")
    with pytest.raises(FileNotFoundError, match=r"eeeeeeeee\.csv \.\.\. \(did you mean 'mine\.csv'\?\)"):
        from_file(tmp_path / "mien.csv")
