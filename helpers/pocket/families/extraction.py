"""Names pulled out of texts: as JSON, as a list, the first, how many; most of the names were never seen before."""

from __future__ import annotations

import json
from collections.abc import Callable

from helpers.pocket.dress import ask, reply
from helpers.pocket.families.naming import GENRES, text_with
from helpers.pocket.world import World

__all__ = ["EXTRACT_ASK", "FAMILIES", "KINDS", "extract"]

EXTRACT_ASK = (
    "List all {k} in the text.", "Which {k} does the text mention?", "Extract the {k}.", "Find every one of the {k} in this text.", "Name the {k} that occur below.", "What {k} are mentioned?",
    "Pull out the {k}.", "Give me the {k} from this passage.", "Please extract all {k}.", "Identify the {k}.", "I need the {k} named in this text.", "Collect the {k}.",
    "Go through the text and note the {k}.", "Could you list the {k}?", "Tag the {k} in the text.", "Your task is to extract {k} from the text.", "Read the text and write down the {k}.",
    "Get the {k}, in order of first mention.", "Pick out the {k} without duplicates.", "Copy the {k} from the text exactly as written.", "Show me which {k} come up.", "Spot all {k}.",
    "Scan the following for {k}.", "You are given a text. Return the {k} in it.", "Retrieve the {k}.", "From the text below, take the {k}.", "Write out the {k}, each once.",
    "Kindly provide the {k} mentioned.", "Make a list of the {k}.", "Are any {k} named here? List them.", "Recognize the {k} in the text.", "Do an extraction of the {k}.",
)
JSON_ASK = (
    "Return a JSON list.", "Answer with a JSON array of strings.", "Output JSON only.", 'Use the format ["a", "b"].', "Respond with a JSON list and nothing else.", "As JSON, please.",
    "Your response is a JSON array.", "Give a JSON list of strings.", 'Format: ["name", "name"]', "Reply in JSON.", "Write them as a JSON list.", "The output must be a valid JSON array.",
    "Only a JSON list, no comments.", "Return an array in JSON.", "JSON list:", "Make it a JSON array.", "I will parse your answer as JSON, so return a list.", "Return them as JSON strings in a list.",
    'Your response is an array in the format ["name"].', "Answer in JSON format (a list).", "Produce a JSON list.", "Put them into a JSON array.", "Send back a JSON list of the names.",
    "Wrap the names in a JSON list.",
)
EMPTY_ASK = (
    "If there are none, return {e}.", "Return {e} if you find none.", "With no match, answer {e}.", "If you don't find any or you are not sure, return {e}.", "No match means {e}.",
    "If nothing fits, output {e}.", "Write {e} when the text has none.", "Use {e} for an empty result.", "Should there be none, write {e}.", "When none are named, reply {e}.",
)
COMMA_ASK = (
    "Separate them by commas.", "Answer with a comma-separated list.", "Comma-separated.", "Put commas between them.", "Use commas, one line.", "Reply with the names parted by commas.",
    "A list with commas, please.", "As plain text with commas.", "Give them in one line with commas.", "Join them with commas.",
)
LINES_ASK = (
    "One per line.", "Write each on its own line.", "Put every name on a new line.", "A line for each.", "Use a new line for each name.", "Return one name per line.", "Line by line.",
    "Separate them by line breaks.", "Each goes on a separate line.", "One name a line, nothing else.",
)
NUMBER_ASK = (
    "Number them.", "As a numbered list.", "Use the format 1. name", "Give a numbered list.", "Write a numbered list, one per line.", "With numbers, please.", "Number the list.",
    "Answer with a list 1., 2., 3.", "Put a number before each.", "Enumerate them.",
)
OBJECT_ASK = (
    'Return a JSON object with the key "{key}".', 'Answer as {{"{key}": [...]}}.', 'Use JSON: {{"{key}": ["..."]}}', 'Output a JSON object; put the list under "{key}".',
    'The result goes under the key "{key}" of a JSON object.', 'JSON object, key "{key}", please.', 'Format: {{"{key}": []}}', 'Reply with a JSON object whose only key is "{key}".',
    'Give me {{"{key}": list}} as JSON.', 'Write a JSON object that maps "{key}" to the list.',
)
FIRST_ASK = (
    "Only give the first of the {k} in the text.", "Which of the {k} is named first?", "Return just the first one of the {k}.", "What comes first among the {k}?", "Name the first of the {k}.",
    "Take the {k} in the text and tell me only the first.", "Of all {k}, which one appears first?", "Write the first of the {k} and stop.", "Find the first of the {k}.", "First of the {k}, please.",
)
COUNT_ASK = (
    "How many different {k} are mentioned?", "Count the {k}.", "Give the number of {k} in the text.", "How many {k} does the text name?", "Tell me how many {k} there are. Only the number.",
    "What is the number of different {k}?", "Count the different {k} and write the number.", "How many of the {k} can you find? Answer with a number.", "Number of {k}?", "Say how many {k} occur.", "How many separate {k} appear?",
)
KINDS: dict[str, tuple[str, ...]] = {  # how each kind of name is asked for; the first is also its JSON key
    "person": ("people", "persons", "names of people", "person names", "people's names"), "city": ("cities", "city names", "names of cities", "towns and cities", "place names"),
    "code": ("codes", "numbers and codes of parts, orders or samples", "identifiers", "reference codes"), "amount": ("amounts", "amounts of money", "sums of money", "prices"),
    "date": ("dates", "calendar dates", "dates named"), "email": ("emails", "e-mail addresses", "email addresses", "mail addresses"), "product": ("products", "product names", "names of products", "goods by name"),
    "company": ("companies", "company names", "names of companies", "firms", "businesses", "business names"), "software": ("software", "software systems", "programs", "software names"),
    "tool": ("instruments", "scientific instruments", "devices"), "method": ("methods", "names of methods", "method names", "procedures"),
    "model": ("models", "model names", "names of models", "machine learning models", "language models", "AI models", "names of the models", "systems and models", "named models", "model identifiers"),
    "data": ("datasets", "data sets", "names of data sets", "benchmarks and data sets"), "metric": ("metrics", "evaluation metrics", "measures"),
}


def _numbered(names: list[str]) -> str:
    return "\n".join(f"{i}. {name}" for i, name in enumerate(names, 1))


def _spoken(names: list[str]) -> str:
    if not names:
        return "The text mentions none."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"The text mentions {listed}" + ("" if listed.endswith(".") else ".")


_TEXT: dict[str, tuple[tuple[str, ...], Callable[[list[str]], str]]] = {
    "comma": (COMMA_ASK, ", ".join), "lines": (LINES_ASK, "\n".join), "numbered": (NUMBER_ASK, _numbered),
}


def _json(w: World, names: list[str], label: str) -> tuple[str, str]:
    """The format asked for in words, and the answer: a JSON list or an object with one key."""
    if w.chance(0.2):
        key = w.pick((label.split()[-1], label.replace(" ", "_"), "names", "items", "result", w.nonce()))
        return w.say(OBJECT_ASK, key=key), json.dumps({key: names}, ensure_ascii=False)
    words = w.say(JSON_ASK)
    answer = json.dumps(names, ensure_ascii=False)
    if w.chance(0.3):
        empty = w.pick(("[]", "[]", '["NA"]', '["none"]', '[""]', '["N/A"]'))
        return f"{words} {w.say(EMPTY_ASK, e=empty)}", answer if names else empty
    return words, answer


def _shaped(w: World, names: list[str], label: str, fmt: str | None) -> tuple[str, str]:
    """An instruction with its asked-for format, and the answer in that format."""
    kind = w.pick(("json",) * 9 + ("comma", "comma", "lines", "numbered", "plain", "plain", "first", "count")) if fmt is None else fmt
    if kind == "text":
        kind = w.pick(("comma", "lines", "numbered", "plain"))
    if kind == "first":
        return w.say(FIRST_ASK, k=label), names[0] if names else "none"
    if kind == "count":
        return w.say(COUNT_ASK, k=label), str(len(names))
    instruction = w.say(EXTRACT_ASK, k=label)
    if kind == "plain":
        return instruction, _spoken(names)
    if kind == "json":
        shape, answer = _json(w, names, label)
    else:
        asks, join = _TEXT[kind]
        shape, answer = w.say(asks), join(names) if names else "none"
        if not names and w.chance(0.6):
            shape = f"{shape} {w.say(EMPTY_ASK, e='none')}"
    return f"{instruction} {shape}", answer


def extract(w: World, *, fmt: str | None = None, kind: str | None = None, empty: bool | None = None) -> list[dict]:
    """All names of one kind in a text; fmt "json", "text", "comma", "lines", "numbered", "plain", "first" or "count".

    "We compare Zelta-2b with the NARVOX baseline. List all models in the text. Return a JSON list." -> '["Zelta-2b", "NARVOX"]'
    """
    empty = w.chance(0.1) if empty is None else empty
    genre = w.pick(("model",) * 6 + ("office", "office", "orders", "lab", "travel", "news")) if kind is None else w.pick([g for g in GENRES if kind in GENRES[g]])
    kind = kind or w.pick(GENRES[genre])
    text = text_with(w, genre, kind, size=w.pick((1, 1, 2, 2, 3, 3, 4, 5, 6)), empty=empty)
    label = w.entity(KINDS[kind])
    instruction, answer = _shaped(w, text.names.get(kind, []), label, fmt)
    if w.chance(0.15):
        return [*ask(w, w.pick(("Here is the text.", "Text follows.", "Next one.", "Go.", "Please do this one.")), text.text, system=instruction, noise=0), reply(answer)]
    plain = answer.startswith("The text mentions")  # a system prompt might ask for something barer
    return [*ask(w, instruction, text.text, noise=0.05, system="" if plain else None), reply(answer)]


FAMILIES = {extract: 3.0}
