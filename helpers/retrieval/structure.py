"""How a Markdown page is put together: headings over blocks (paragraphs, lists, tables, fenced code), cut where a block is too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = ["blocks", "pieces", "sections"]

LONGEST_HEADING = 300  # characters
_SENTENCE = re.compile(r"[.!?][\"')\]”’]*\s|\n")

Tokens = Callable[[str], Sequence[tuple[int, int]]]


def sections(text: str, title: str, limit: int, tokens: Tokens) -> Iterator[tuple[str, str]]:
    """(path of headings, text) of each chunk of a page, in order; see `helpers.retrieval.chunking.by_structure`."""
    path: list[tuple[int, str]] = []
    open_heading = ""
    body: list[str] = []
    for level, block in chain(blocks(text), [(1, "")]):
        if not level:
            body.append(block)
            continue
        headings = _path(path, title)
        yield from ((headings, piece) for piece in _packed(body, limit, tokens))
        if open_heading and not body and level <= path[-1][0]:
            yield headings, open_heading
        path = [(depth, name) for depth, name in path if depth < level] + [(level, block)]
        open_heading = block
        body = []


def blocks(text: str) -> list[tuple[int, str]]:
    """(level, name) for a heading, (0, text) for any other block: a paragraph, a list, a table, a listing, as markdown-it reads them.

    A list right below a line is one block with it: the line says what the list is of. A heading without a name, or with a name of more
    than 300 characters, is text.

    >>> blocks("# A\\nfirst\\nline\\n\\n- one\\n- two")
    [(1, 'A'), (0, 'first\\nline'), (0, '- one\\n- two')]
    """
    lines = text.split("\n")
    end = 0
    read: list[tuple[int, str]] = []
    tokens = _markdown().parse(text)
    for token, inside in zip_longest(tokens, tokens[1:]):
        if token.level or not token.map:  # a part of a block, or its end
            continue
        name = inside.content if token.type == "heading_open" else ""
        if 0 < len(name) <= LONGEST_HEADING:
            read.append((int(token.tag[1:]), name))
            continue
        introduced = token.type.endswith("list_open") and token.map[0] == end and read and not read[-1][0]
        above = f"{read.pop()[1]}\n" if introduced else ""
        end = token.map[1]
        read.append((0, above + "\n".join(lines[token.map[0] : end]).rstrip()))
    return read


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables. Link definitions stay visible: they are text that a search should find."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable("reference")


def pieces(text: str, limit: int, tokens: Tokens) -> list[str]:
    """A block in pieces of at most `limit` tokens: a table between its rows, any other text after a sentence or at a space.

    >>> pieces("One. Two three. Four.", 3, lambda text: [m.span() for m in re.finditer(r"\\w+", text)])
    ['One. Two three.', 'Four.']
    """
    spans = tokens(text)
    if len(spans) <= limit:
        return [text]
    lines = text.split("\n")
    head = "\n".join(lines[:2])
    if len(lines) > 2 and _begins_table(*lines[:2]) and len(tokens(head)) < limit:
        return _rows(head, lines[2:], limit, tokens)
    return _cut(text, spans, limit)


def _rows(head: str, rows: list[str], limit: int, tokens: Tokens) -> list[str]:
    """The rows of a table under copies of its head; a row too long for that is cut like a sentence, without a head."""
    room = limit - len(tokens(head))
    tables: list[str] = []
    group: list[str] = []
    size = 0
    for row in rows:
        more = len(tokens("\n" + row))
        if group and size + more > room:
            tables.append("\n".join([head, *group]))
            group = []
            size = 0
        if more > room:
            tables += _cut(row, tokens(row), limit)
        else:
            group.append(row)
            size += more
    return [*tables, "\n".join([head, *group])] if group else tables


def _cut(text: str, spans: Sequence[tuple[int, int]], limit: int) -> list[str]:
    """Greedy: as many tokens as fit, back to the last good place in their second half."""
    parts = []
    first = 0
    start = 0
    while len(spans) - first > limit:
        end = _good_place(text, spans[first + limit // 2][0], spans[first + limit][0])
        parts.append(text[start:end].strip())
        start = end
        first += 1
        while first < len(spans) and spans[first][1] <= end:
            first += 1
    return [part for part in [*parts, text[start:].strip()] if part]


def _good_place(text: str, half: int, end: int) -> int:
    """After the last sentence that ends between half and end, else after the last space there, else the end."""
    for pattern in (_SENTENCE, re.compile(r"\s")):
        places = [match.end() for match in pattern.finditer(text, half, end)]
        if places:
            return places[-1]
    return end


def _packed(body: list[str], limit: int, tokens: Tokens) -> Iterator[str]:
    """Neighboring blocks together, as many as fit; one that does not fit by itself is cut."""
    group: list[str] = []
    size = 0
    for piece in (piece for block in body for piece in pieces(block, limit, tokens)):
        more = len(tokens("\n\n" + piece if group else piece))
        if group and size + more > limit:
            yield "\n\n".join(group)
            group = []
            size = 0
            more = len(tokens(piece))
        group.append(piece)
        size += more
    if group:
        yield "\n\n".join(group)


def _begins_table(head: str, rule: str) -> bool:
    cells = [cell.strip() for cell in rule.strip().strip("|").split("|")]
    return "|" in head and all(re.fullmatch(r":?-+:?", cell) for cell in cells)


def _path(path: list[tuple[int, str]], title: str) -> str:
    names = [name for _, name in path]
    return " > ".join(names if names and names[0] == title else [title, *names])
