"""Reading a folder of pages: encodings, titles, dates, and what must not be lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.files.opening import find_documents
from helpers.retrieval import Page, read_pages


def folder(tmp_path: Path, **files: bytes | str) -> Path:
    for name, content in files.items():
        path = tmp_path / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


def test_a_page_has_its_title_and_its_date_and_the_whole_text(tmp_path: Path) -> None:
    text = "# Memo: Parking ##\nDate: 2024-10-14\nFrom: facilities\n\nIt costs 22 euros.\n"
    assert read_pages(folder(tmp_path, m10_md=text)) == [Page("m10", "Memo: Parking", text, "2024-10-14")]


def test_a_page_without_a_title_or_date_is_called_like_its_file(tmp_path: Path) -> None:
    (page,) = read_pages(folder(tmp_path, note_txt="## Not a title\nThe date: 2024-10-14 is late.\n" + "\n" * 20 + "Date: 2020-01-01"))
    assert (page.title, page.date) == ("note", None)


def test_a_comment_in_fenced_code_is_no_title(tmp_path: Path) -> None:
    (page,) = read_pages(folder(tmp_path, set_md="```bash\n# install the tool\npip install x\n```\n"))
    assert page.title == "set"


def test_hidden_folders_and_files_hold_no_pages(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "a-checkpoint.md").write_text("old")
    assert [page.id for page in read_pages(folder(tmp_path, a_md="new"))] == ["a"]
    assert find_documents(tmp_path / "my.csv", tmp_path)[1] == "1 files, as you said"


def test_pages_come_in_the_order_of_their_ids_and_from_folders_below(tmp_path: Path) -> None:
    pages = read_pages(folder(tmp_path, b_md="b", memos__a_txt="a", a_MD="c", notes_pdf=b"%PDF\x00"))
    assert [page.id for page in pages] == ["a", "b", "memos/a"]


@pytest.mark.parametrize("data", ["\ufeffé €".encode(), "é €".encode(), "é €".encode("utf-16")])
def test_marks_of_the_encoding_are_read_and_left_out(tmp_path: Path, data: bytes) -> None:
    assert read_pages(folder(tmp_path, a_md=data))[0].text == "é €"


@pytest.mark.parametrize(
    ("data", "text", "encoding"), [("café €5".encode("cp1252"), "café €5", "cp1252"), (b"caf\xe9 \x81", "café \x81", "latin-1")]
)
def test_bytes_that_are_not_utf_8_are_read_with_a_warning_that_names_the_file(
    tmp_path: Path, data: bytes, text: str, encoding: str
) -> None:
    with pytest.warns(UserWarning, match=rf"a\.md is not UTF-8; it was read as {encoding}"):
        assert read_pages(folder(tmp_path, a_md=data))[0].text == text


def test_line_ends_of_other_systems_become_plain(tmp_path: Path) -> None:
    assert read_pages(folder(tmp_path, a_md=b"# A\r\nb\rc"))[0] == Page("a", "A", "# A\nb\nc")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", b"text\x00text", b"\xff\xfea"])
def test_a_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"a\.md .*(is no text: byte|and is none)"):
        read_pages(folder(tmp_path, a_md=data, b_md="fine"))


def test_an_empty_page_is_left_out_with_a_warning(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="page 'a' is empty and was left out"):
        assert [page.id for page in read_pages(folder(tmp_path, a_md=b"\xef\xbb\xbf \n\t", b_md="b"))] == ["b"]


def test_a_page_that_is_there_twice_counts_once_and_both_names_are_said(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="page 'b' has the same text as 'a' and was left out"):
        assert [page.id for page in read_pages(folder(tmp_path, a_md="same", b_md="same\r\n", c_md="other"))] == ["a", "c"]


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.md and a\.txt would both be the page 'a'"):
        read_pages(folder(tmp_path, a_md="one", a_txt="two"))


def test_a_date_that_is_not_in_the_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.md has the date '2025-02-30'"):
        read_pages(folder(tmp_path, a_md="**Date:** 2025-02-30"))


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_pages_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"no such folder of pages|no page in"):
        read_pages(tmp_path / name)
