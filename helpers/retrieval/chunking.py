"""Chunks: the pieces of pages that are searched, cut by counting tokens or along the structure of the text."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from helpers import places
from helpers.retrieval.pages import Page

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Chunk", "by_tokens", "by_structure", "pocket_tokens"]

Tokens = Callable[[str], Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class Chunk:
    """A piece of a page. `title` says where it stands ("Travel > Hotels"), `date` is the page's; `id` is "page#number"."""

    id: str
    page: str
    title: str
    text: str
    date: str | None = None

    @property
    def passage(self) -> str:
        """What is searched: the title, a line break, the text; only the text if it begins with the title or there is none."""
        opening = self.text.lstrip("# ")
        return self.text if not self.title or opening.startswith(self.title) else f"{self.title}\n{self.text}"

    @property
    def fingerprint(self) -> str:
        """32 characters that change with anything in the chunk but its id."""
        return hashlib.sha256(json.dumps([self.page, self.title, self.text, self.date]).encode()).hexdigest()[:32]


def pocket_tokens(text: str) -> list[tuple[int, int]]:
    """Where each of the pocket tokenizer's tokens begins and ends in the text, in characters; torch is not needed.

    >>> pocket_tokens("to be")
    [(0, 2), (2, 5)]
    """
    return _pocket().encode(text, add_special_tokens=False).offsets


def by_tokens(pages: Sequence[Page], size: int = 128, overlap: int = 32, *, tokens: Tokens = pocket_tokens) -> list[Chunk]:
    """Chunks of `size` tokens, each beginning `size - overlap` tokens after the one before; the last may be shorter.

    No character is lost but white space at the ends of a chunk, and no chunk lies wholly inside another. `tokens` maps a text to
    the (start, end) of its tokens. ValueError: overlap not below size, or an id that two pages share.

    >>> import re
    >>> page = Page("p1", "Rules", "one two three four five")
    >>> [chunk.text for chunk in by_tokens([page], 3, 1, tokens=lambda text: [m.span() for m in re.finditer(r"\\w+", text)])]
    ['one two three', 'three four five']
    """
    if not (size >= 1 and 0 <= overlap < size):
        raise ValueError(f"by_tokens needs size >= 1 and 0 <= overlap < size, got size={size}, overlap={overlap}")
    return [chunk for page in _unique(pages) for chunk in _numbered(page, _windows(page, size, overlap, tokens))]


def by_structure(pages: Sequence[Page], limit: int = 128, *, tokens: Tokens = pocket_tokens) -> list[Chunk]:
    """Chunks along headings, paragraphs, lists, tables and fenced code: whole blocks of one section, as many as fit in `limit` tokens.

    A chunk's title is the path of its headings; the heading lines themselves are in no text, unless nothing stands below them. A
    table that is too long is cut between rows and its head repeated; other blocks are cut after a sentence, else at a space, else
    after `limit` tokens. Tokens are counted as they stand in the page, without the title; a chunk by itself may have one or two more
    (" key" is one token, "key" may be two). ValueError: limit below 1, or an id that two pages share.

    >>> page = Page("p1", "Travel", "# Travel\\n## Hotels\\nUp to 90 euros.\\n## Trains\\nSecond class.")
    >>> [(chunk.title, chunk.text) for chunk in by_structure([page])]
    [('Travel > Hotels', 'Up to 90 euros.'), ('Travel > Trains', 'Second class.')]
    """
    from helpers.retrieval.structure import sections

    if limit < 1:
        raise ValueError(f"by_structure needs limit >= 1, got {limit}")
    return [chunk for page in _unique(pages) for chunk in _numbered(page, sections(page.text, page.title, limit, tokens))]


def _windows(page: Page, size: int, overlap: int, tokens: Tokens) -> Iterator[tuple[str, str]]:
    """Slices from the start of one token to the start of another, so that what stands between two tokens goes along."""
    starts = [start for start, _ in tokens(page.text)]
    if starts:
        starts[0] = 0
    for first in range(0, len(starts), size - overlap):
        end = starts[first + size] if first + size < len(starts) else len(page.text)
        yield page.title, page.text[starts[first] : end]
        if first + size >= len(starts):
            return


def _numbered(page: Page, pieces: Iterator[tuple[str, str]]) -> Iterator[Chunk]:
    filled = ((title, text.strip()) for title, text in pieces)
    for number, (title, text) in enumerate((title, text) for title, text in filled if text):
        yield Chunk(f"{page.id}#{number}", page.id, title, text, page.date)


def _unique(pages: Sequence[Page]) -> Sequence[Page]:
    twice = [name for name, count in Counter(page.id for page in pages).items() if count > 1]
    if twice:
        raise ValueError(f"{len(twice)} ids stand for several pages, the first is {twice[0]!r}: each page needs an id of its own")
    return pages


@cache
def _pocket() -> Tokenizer:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(places.data("pocket", "tokenizer.json")))
