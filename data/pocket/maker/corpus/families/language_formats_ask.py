"""How another format is asked for: dates, times, names and records."""

from __future__ import annotations

from pocket_maker.corpus.world import phrasings

__all__ = ["DATE_ASK", "CLOCK_ASK", "NAME_ASK", "RECORD_ASK", "LIST_JSON_ASK"]

DATE_ASK = phrasings("language_formats_ask", "date_ask")
CLOCK_ASK = phrasings("language_formats_ask", "clock_ask")
NAME_ASK = phrasings("language_formats_ask", "name_ask")
RECORD_ASK = phrasings("language_formats_ask", "record_ask")
LIST_JSON_ASK = phrasings("language_formats_ask", "list_json_ask")
