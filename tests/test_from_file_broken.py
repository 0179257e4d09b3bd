"""Files that are broken: each ends in a right result, or in one line that says what to change; nothing is written."""

from __future__ import annotations

import codecs
import json

import pytest

from helpers.files import from_file
from helpers.tasks import load_task

ROWS = [(f"Message number {i} about a parcel", "late" if i % 2 else "lost") for i in range(20)]
LINES = ["text,label", *(f"{text},{label}" for text, label in ROWS)]


def made(tmp_path, content: str | bytes | list[str], name: str = "mine.csv"):
    text = "\n".join(content) + "\n" if isinstance(content, list) else content
    (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return tmp_path / name


@pytest.fixture(autouse=True)
def nothing_is_written(tmp_path):
    yield
    assert {path.name for path in tmp_path.iterdir()} <= {"mine.csv", "mine.jsonl", "mine.parquet", "mine.pdf"}


@pytest.mark.parametrize(("content", "problem"), [
    ("", r"mine\.csv is empty: it needs a line of column names, such as input,target"),
    ("\ufeff \n", r"mine\.csv is empty"),
    ("text,label\n", r"has a line of names \(text, label\) and no rows"),
])  # fmt: skip
def test_an_empty_file_is_told_what_it_needs(tmp_path, content, problem):
    with pytest.raises(ValueError, match=problem):
        load_task(made(tmp_path, content))


def test_one_column_is_told_that_two_are_needed(tmp_path):
    with pytest.raises(ValueError, match=r"has one column \(text\): it needs two, an input and a target"):
        load_task(made(tmp_path, ["text", *(text for text, _ in ROWS)]))


@pytest.mark.parametrize(("content", "problem"), [
    (b"PK\x03\x04\x14\x00", r"is no table but a zip file or an Excel workbook: unpack it, or let its name end in \.xlsx"),
    (bytes(range(256)) * 9, r"is binary, not text: byte 1 is 0x00"),
])  # fmt: skip
def test_a_binary_file_is_told_what_it_is(tmp_path, content, problem):
    with pytest.raises(ValueError, match=problem):
        load_task(made(tmp_path, content))


def test_a_broken_parquet_file_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"mine\.parquet is no whole Parquet file"):
        load_task(made(tmp_path, b"PAR1 and no more", "mine.parquet"))


def test_mixed_encodings_are_told_with_byte_line_and_row(tmp_path):
    data = "\n".join([LINES[0], "Crème brûlée,late", *LINES[1:]]).encode() + "\nCafé au lait,lost\n".encode("cp1252")
    with pytest.raises(
        ValueError, match=r"line 23 \(row 22\): byte 0xe9 \(number \d+ of the file\) is not UTF-8, but 1 of its other lines are"
    ):
        load_task(made(tmp_path, data))
    with pytest.raises(ValueError, match=r"line 2: is UTF-8, so encoding='cp1252' would garble it"):
        load_task(tmp_path / "mine.csv", encoding="cp1252")


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    path = made(tmp_path, "\n".join([*LINES, "Łódź żółw,lost"]).encode("cp1250"))
    with pytest.raises(ValueError, match=r"line 22 \(row 21\): byte 0xa3 .* is not UTF-8: .* encoding=\"cp1250\" \('Łódź żółw"):
        load_task(path)
    task = load_task(path, encoding="cp1250")
    assert any("Łódź żółw" in task[split]["input"] for split in task.splits)
    with pytest.raises(ValueError, match=r"encoding='utf8x' is not known"):
        load_task(path, encoding="utf8x")


def test_targets_all_the_same_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"every one of 20 targets in column 'label' is 'late': .* Name another column with target="):
        load_task(made(tmp_path, ["text,label", *(f"{text},late" for text, _ in ROWS)]))


def test_dates_that_do_not_parse_are_told_with_their_rows(tmp_path):
    lines = ["text,label,date", *(f"{text},{label},2024-01-{i + 1:02d}" for i, (text, label) in enumerate(ROWS))]
    lines[3] = lines[3].replace("2024-01-03", "2024-02-31")
    path = made(tmp_path, lines)
    with pytest.raises(
        ValueError, match=r"1 of 20 values of the date column 'date' are no date I can read: row 3: '2024-02-31'; .*date=False"
    ):
        load_task(path)
    assert len(load_task(path, date=False)["train"]) > 5


def test_dates_that_read_in_two_ways_are_asked_about(tmp_path):
    lines = ["text,label,date", *(f"{text},{label},{i % 12 + 1:02d}/{i % 11 + 1:02d}/2024" for i, (text, label) in enumerate(ROWS))]
    with pytest.raises(ValueError, match=r"reads as %d/%m/%Y and as %m/%d/%Y, such as '01/01/2024': give date_format="):
        load_task(made(tmp_path, lines))
    assert "by date" in load_task(tmp_path / "mine.csv", date_format="%m/%d/%Y").report.split_by


def test_a_cell_of_five_megabytes_is_left_out_and_told(tmp_path):
    task = load_task(made(tmp_path, [*LINES, f'"{"huge cell " * 500_000}",late']))
    assert task.report.left_out == {"longer than 100,000 characters (max_chars=)": [21]}
    longer = from_file(tmp_path / "mine.csv", max_chars=6_000_000, quiet=True)
    assert max(len(text) for split in longer.splits for text in longer[split]["input"]) == 4_999_999


def test_an_id_on_two_different_rows_is_told(tmp_path):
    path = made(tmp_path, ["id,text,label", *(f"a{min(i, 18)},{text},{label}" for i, (text, label) in enumerate(ROWS))])
    with pytest.raises(
        ValueError, match=r"1 of the ids in column 'id' stand on rows of different content: 'a18' in rows 19, 20\. Make them different"
    ):
        load_task(path)
    assert sum(map(len, load_task(path, id=False).splits.values())) == 20


@pytest.mark.parametrize("name", ["mine.csv", "mine.jsonl"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path, name):
    lines = LINES if name == "mine.csv" else [json.dumps({"text": text, "label": label}) for text, label in ROWS]
    task = load_task(made(tmp_path, codecs.BOM_UTF8 + "\n".join(lines).encode(), name))
    assert task["dev"].column_names == ["id", "input", "target"]


@pytest.mark.parametrize(("line", "problem"), [
    ('"An open quote,late', r"a double quote is opened in the row that begins on line 6 and is never closed"),
    ('"Quoted" and not,late', r"begins on line 6 and is closed on line 6, where more text follows"),
    ("A comma, unquoted,late", r"1 of 21 rows have not the 2 fields of the first line: row 5 \(line 6\) has 3; put texts that hold"),
])  # fmt: skip
def test_quoting_errors_are_told_with_their_line(tmp_path, line, problem):
    with pytest.raises(ValueError, match=problem):
        load_task(made(tmp_path, [*LINES[:5], line, *LINES[5:]]))


def test_quotes_semicolons_and_line_breaks_in_cells_are_read(tmp_path):
    lines = ["text;label", *(f'"{text}, he said ""now"";\nand left";{label}' for text, label in ROWS)]
    task = load_task(made(tmp_path, lines))
    assert task["dev"]["input"][0].endswith(', he said "now";\nand left')
    assert "semicolons" in task.report.notes[0]


def test_labels_that_are_no_strings_become_texts(tmp_path):
    labels = [True, 1, 2.0, None]
    task = load_task(made(tmp_path, [json.dumps({"text": text, "label": labels[i % 4]}) for i, (text, _) in enumerate(ROWS)], "mine.jsonl"))
    assert (task.metric, task.labels) == ("label", ("1", "2", "true"))
    assert task.report.left_out == {"no target": [4, 8, 12, 16, 20]}


def test_a_folder_without_rows_is_told(tmp_path):
    (tmp_path / "mine.csv").mkdir()
    (tmp_path / "mine.csv" / "notes.pdf").touch()
    with pytest.raises(ValueError, match=r"mine\.csv is a folder without a file of rows \(\.csv, .*\)"):
        from_file(tmp_path / "mine.csv")


def test_a_missing_file_is_told_what_there_is(tmp_path):
    made(tmp_path, LINES)
    with pytest.raises(FileNotFoundError, match=r"no file 'mien\.csv' in .*; there are mine\.csv \(did you mean 'mine\.csv'\?\)"):
        load_task(tmp_path / "mien.csv")


def test_a_data_set_of_the_hub_is_told_how_it_becomes_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        FileNotFoundError, match=r"save it first: python -c .*load_dataset\('owner/mood-data'\)\.save_to_disk\('mood-data'\)"
    ):
        from_file("owner/mood-data")


def test_a_first_line_that_is_an_example_is_told(tmp_path):
    with pytest.raises(ValueError, match="the first line looks like an example, not names: 'late' stands below it as well"):
        load_task(made(tmp_path, LINES[2:]))


def test_another_ending_is_told_those_that_are_read(tmp_path):
    with pytest.raises(ValueError, match=r"must end in one of \.csv, \.tsv, .* \(or \.gz\), got '\.pdf'"):
        from_file(made(tmp_path, b"x", "mine.pdf"))


def test_a_file_of_five_examples_is_told_how_many_it_takes(tmp_path):
    with pytest.raises(ValueError, match=r"5 examples can be used of 7 rows, and 6 are the least; copies .*: rows 6, 7: add rows"):
        load_task(made(tmp_path, [*LINES[:6], *LINES[1:3]]))


def test_a_column_that_holds_nothing_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"the column 'label' holds nothing in any of 20 rows: fill it, or give target="):
        load_task(made(tmp_path, ["text,label,mood", *(f"{text},,{label}" for text, label in ROWS)]))


def test_bad_json_lines_are_told_with_their_line(tmp_path):
    lines = [*(json.dumps({"text": text, "label": label}) for text, label in ROWS), '{"text": "half']
    with pytest.raises(ValueError, match=r"mine\.jsonl, line 21: broken JSON at character 10"):
        load_task(made(tmp_path, lines, "mine.jsonl"))


@pytest.mark.parametrize(("options", "problem"), [
    ({"max_rows": 0}, "max_rows=0 must be a whole number of 1 or more"),
    ({"input": "{text"}, r"mine\.csv: input='\{text' is no template"),
    ({"encoding": "rot13"}, r"mine\.csv: encoding='rot13' is not known"),
    ({"documents": True}, r"mine\.csv: documents=True names no folder"),
    ({"date": "label", "target": "text", "input": "more", "date_format": "%q"}, r"mine\.csv: date_format='%q' is no format"),
])  # fmt: skip
def test_an_option_that_makes_no_sense_is_told_with_the_file(tmp_path, options, problem):
    lines = ["text,label,more", *(f"{line},x{number}" for number, line in enumerate(LINES[1:]))]
    with pytest.raises(ValueError, match=problem):
        from_file(made(tmp_path, lines), **options)


def test_an_empty_date_is_told_as_empty(tmp_path):
    lines = ["text,label,date", *(f"{line},{'' if number == 3 else f'2024-03-{number + 1:02}'}" for number, line in enumerate(LINES[1:]))]
    with pytest.raises(ValueError, match="are no date I can read: row 4: empty; correct them"):
        load_task(made(tmp_path, lines))


def test_an_integer_of_more_than_64_bits_is_kept_as_text(tmp_path):
    lines = [json.dumps({"text": text, "label": label, "number": 2**70}) for text, label in ROWS]
    assert load_task(made(tmp_path, lines, "mine.jsonl"))["dev"]["number"][0] == str(2**70)
