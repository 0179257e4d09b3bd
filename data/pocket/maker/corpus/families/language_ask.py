"""How small jobs on words and lists are asked for: the phrasings of each operation."""

from __future__ import annotations

from pocket_maker.corpus.world import phrasings

__all__ = ["REPEAT_ASK", "TIMES_ASK", "STRING_ASK", "LIST_ASK"]

REPEAT_ASK = phrasings("language_ask", "repeat_ask")
TIMES_ASK = phrasings("language_ask", "times_ask")
STRING_ASK = phrasings("language_ask", "string_ask")
LIST_ASK = phrasings("language_ask", "list_ask")
