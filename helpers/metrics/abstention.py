"""Abstention: did the model say "I don't know", should it have, and do its words stand in the passages it was given?"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.metrics.replies import lower, plain
from helpers.stats import Interval, wilson

if TYPE_CHECKING:
    import pandas

    from helpers.runs.record import Run

__all__ = ["declined", "abstention_scores", "risk_coverage", "grounded"]

_LY = r"(?:(?:\w+ly|just|also|still|even|quite|so|very|too) )*"
_HAVE = r"(?:information|knowledge|answer|data|details?|access|context|idea|clue|record|way)"
_END = r"(?= (?:about|on|in|as|for|to|of|who|what|when|where|why|how|given|available|here|regarding|that)\b|$)"
_SOURCE = r"(?:text|passage|document|context|source|page|memo|article|handbook|note|excerpt|material)s?"
_TELL = r"(?:say|state|mention|specify|tell|give|contain|include|provide|answer|cover|indicate|explain|reveal)"
_KNOW = rf"(?:know|say|tell|answer|determine|find|identify|confirm|recall|remember|help|be (?:sure|certain)|have (?:\w+ ){{0,3}}?{_HAVE})"
_WOULD = r"(?:would|will|may|might)"
_BE = r"be (?:happy|glad|able|willing|wrong|mistaken|missing|guessing|lying|better|best|helpful|useful|easier|wise)"
_OFFER = (  # what follows "I would"; not "guess", "say" or "be 42", which begin an answer
    rf"(?:need|want|like|love|prefer|appreciate|ask|suggest|recommend|check|look|search|try|help|have to|rather|not|get back|"
    rf"contact|consult|refer|point you|let you|advise|update|{_BE})"
)
_HELP = rf"(?:help|depend|make sense|{_BE}|be (?:on|in) (?:another|a different|some other)|not)"
# A clause that matches one of these says "I have no answer".
_DECLINES = (
    rf"(?:^|\b(?:i|we) {_LY}){_LY}(?:(?:do|did|could) not|(?:do|did|could|ca)n't|dont|cannot|can not) {_LY}{_KNOW}\b",
    rf"(?:^|\b(?:i am|i'm|we are|we're) ){_LY}(?:not {_LY}(?:sure|certain|aware|able to|familiar)|unsure|uncertain|unaware|unable to)\b",
    rf"(?:^|\b(?:there is|there's|i have|i've|we have|i've got) ){_LY}no (?:\w+ )?{_HAVE}{_END}|^no mention\b",
    rf"\b{_SOURCE}\b.*\b(?:do|does|did)(?: not|n't) {_LY}{_TELL}\b",
    rf"\b{_SOURCE} (?:says?|has|have|mentions?|contains?|provides?) (?:nothing|no {_HAVE})\b",
    rf"\b(?:not|\w+n't) {_LY}(?:stated|mentioned|given|specified|known|disclosed|clear)\b|\bunstated\b|\bunknown(?: to (?:me|us))?$",
    r"\binformation\b.*\b(?:not|\w+n't|unavailable|missing)\b",
    rf"(?:\bnot enough|n't enough|\binsufficient|\black (?:the|any)) information\b|\bno information{_END}",
    rf"\bnot (?:\w+ )?in the (?:\w+ )?{_SOURCE}|^unanswerable$|^n/?a$|\bdunno\b|\bbeats me\b|\bi wish i knew\b",
    r"\b(?:cannot|can't|can not|could not|couldn't) be (?:answered|determined|found|inferred|known|verified)\b",
    r"\b(?:impossible|hard|difficult|no way) (?:for (?:me|us) )?to (?:say|tell|know|answer)\b|\bbeyond (?:my|what i) know",
    rf"\b(?:none|nothing|neither) (?:of|in) the (?:\w+ )?{_SOURCE}\b|^it (?:does not|doesn't) (?:say|mention|state)\b|\bunclear\b",
    r"\bonly be guessing\b|\brather not guess\b|\bi have never heard of\b|\bnot something (?:that )?i know\b",
)
_DECLINE = re.compile("|".join(_DECLINES))
_COURTESY = re.compile(  # beside such a clause these say nothing: regrets, offers, reasons, limits
    r"^(?:(?:i'm|i am) (?:\w+ )?(?:sorry|afraid)|(?:so |very )?sorry|unfortunately|(?:my )?apologies|thank|well$|hm+$|oh$|honestly$|"
    r"to be honest|please|(?:could|can|would|may) (?:you|i)|if you|you (?:may|might|could|can|should|would|will)|let me|let's|"
    rf"(?:perhaps|maybe) you|try |ask |check |i (?:need|want)|(?:i'd|i'll|i {_WOULD}) {_LY}{_OFFER}\b|it {_WOULD} {_LY}{_HELP}\b|"
    rf"as of |(?:because|since|as)\b(?:.*\b{_SOURCE}\b|(?!.*\d))|without|that |which|"  # a reason with a number is an answer
    rf"when|where|who|why|how|what|whether|only |nor |at all$|and$|yet$|the {_SOURCE} (?:only|just)|(?:it|they) (?:only|just))"
)
_FLAGS = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}
_OPENING = re.compile(r"^(?:according to|based on|in|for|from|on|at|about|regarding|given|with|after|before|of|by|as|having|even)\b")
_FUNCTION_WORDS = """
    a an the and or but if then than that this these those there here it its he him his she her they them their we us our you your i me my
    is are was were be been being am do does did has have had will would shall should can could may might must of in on at to from by for
    with about into over under up down out off as so such also just only very too more most who whom whose which what when where why how
    because while during before after between both each some any all other same own yes
"""
_STOP = frozenset(_FUNCTION_WORDS.split())


def declined(answer: str) -> bool:
    """Whether an answer says that it has none: "I don't know", "The text does not say", "No idea, sorry", and their like.

    The answer is cut into clauses at punctuation and "but". It declines if a clause does, and every other one is a courtesy ("sorry"),
    a reason ("because the page is old"), an offer ("you could ask the office") or an opening ("In this memo,").
    So "I don't know why people ask, it is Paris" and "I'm not sure, maybe Paris" are answers. In English only. Limits: an answer
    glued on without a mark is missed ("I don't know Paris"), one without a number inside a reason too ("because it is Paris"),
    and "The page does not mention pets" declines even if that is the answer.
    Differs from a search for "don't know", which finds it in both of the answers above and not in "The text does not say".

    >>> declined("Sorry, the passage doesn't say."), declined("I don't know why people ask, it is Paris.")
    (True, False)
    """
    text = lower(answer).strip().strip("\"“”*_`' ")
    text = re.sub(r"[\"“][^\"”]*[\"”]", "it", text)
    clauses = [clause.strip(" *_`'()-") for clause in re.split(r"[.!?;,:\n—–]+|\s-\s|\b(?:but|however|though|although|therefore)\b", text)]
    clauses = [re.sub(r"^(?:and|so|yet|then) ", "", clause) for clause in clauses if clause]
    says = [bool(_DECLINE.search(clause)) for clause in clauses]
    first = says.index(True) if True in says else len(says)
    return any(says) and all(
        says_so or _COURTESY.search(clause) or (i < first and _OPENING.search(clause))
        for i, (clause, says_so) in enumerate(zip(clauses, says))
    )


def abstention_scores(run: Run | pandas.DataFrame, answerable: str | Sequence[bool]) -> pandas.DataFrame:
    """What became of the answerable and of the unanswerable questions of a run: one row an outcome, with share, low, high, n.

    `answerable` is a column of the table, or one flag a row: true or false, 1 or 0, "yes" or "no". Answerable: right (score 1, not
    declined), wrong (answered, score below 1), declined, and empty (no answer came). Unanswerable: declined, invented, empty. Shares
    are of the group and sum to 1, with 95% Wilson intervals (nan where a reply failed); a group without rows is left out. Read both: a
    model that always declines has 100% of the second. Differs from accuracy, which counts "I don't know" and a made-up answer alike.
    As "unanswerable" in SQuAD 2.0: Rajpurkar et al. 2018, arXiv:1806.03822. Raises KeyError for a missing column, ValueError for
    a value that is no flag, or more or fewer flags than rows.
    """
    import pandas as pd

    table = run if isinstance(run, pd.DataFrame) else run.table
    flags = _flags(table, answerable)
    rows: list[dict] = []
    for group, chosen in (("answerable", True), ("unanswerable", False)):
        outcomes = [_outcome(row, chosen) for row in table[flags == chosen].to_dict("records")]
        for outcome in ("right", "wrong", "declined", "empty") if chosen else ("declined", "invented", "empty"):
            if outcomes:
                unknown = Interval(math.nan, math.nan, math.nan, len(outcomes))
                share = unknown if "failed" in outcomes else wilson(outcomes.count(outcome), len(outcomes))
                rows.append({"group": group, "outcome": outcome, "share": share.value, "low": share.low, "high": share.high, "n": share.n})
    return pd.DataFrame(rows, columns=["group", "outcome", "share", "low", "high", "n"])


def risk_coverage(
    right: Sequence[float], *, confidence: Sequence[float] | None = None, declined: Sequence[bool] | None = None
) -> pandas.DataFrame:
    """Risk against coverage: if only the surest answers were given, how many would be given, and what share of them is wrong?

    One row for each threshold of `confidence` (any number, higher is surer; without it one row): threshold, coverage = answered/n,
    risk = 1 - mean of `right` among the answered, low and high (95% Wilson for rights of 0 and 1, else nan), answered. Rows that are
    `declined` are never answered, but count in n; if one of `right` is nan, so is every risk. Ties enter together. A curve that
    falls to the left says that the confidence means something. Raises ValueError if the lengths differ, or if neither is given.
    Source: El-Yaniv and Wiener 2010, JMLR 11.

    >>> risk_coverage([1, 1, 0, 1], confidence=[0.9, 0.8, 0.8, 0.1])[["coverage", "risk"]].round(2).values.tolist()
    [[0.25, 0.0], [0.75, 0.33], [1.0, 0.25]]
    """
    import pandas as pd

    n = len(right)
    columns = [flags for flags in (confidence, declined) if flags is not None]
    if not columns or n == 0 or any(len(flags) != n for flags in columns):
        raise ValueError(f"risk_coverage needs confidence or declined, one a row; got {n} rows and {[*map(len, columns)]} flags")
    sure = [1.0] * n if confidence is None else confidence
    silent = [False] * n if declined is None else declined
    right = [math.nan] * n if any(map(math.isnan, right)) else right
    answered = [(float(c), float(r)) for c, r, no in zip(sure, right, silent, strict=True) if not no]
    rows = [
        _point(threshold, [r for c, r in answered if c >= threshold], n) for threshold in sorted({c for c, _ in answered}, reverse=True)
    ]
    return pd.DataFrame(rows, columns=["threshold", "coverage", "risk", "low", "high", "answered"])


def grounded(answer: str, passages: str | Sequence[str], *, question: str = "") -> float:
    """The share of an answer's content words that stand in the passages: |A ∩ P| / |A|, over distinct words, numbers and names.

    Content words are all but some hundred function words; "not" is one. Case, quotes and the spelling of numbers (1,000 = 1000.0)
    do not matter, and words of `question`, which the answer only repeats, are left out. An answer that claims nothing (declined, or
    no content word left) is grounded: 1, so report the share declined beside it. Aggregation: mean.
    Limits: it sees words, not claims. A paraphrase looks ungrounded ("twelve" for 12, "costs" for cost), and a sentence copied
    from the wrong place looks grounded. Differs from the judge "factuality" of `helpers.methods.judges`, which reads the claim, and from
    ROUGE precision, which counts function words.

    >>> round(grounded("The fee is 9 dollars.", ["The fee is 5 dollars."]), 2)
    0.67
    """
    words = _content(answer) - _content(question)
    if not words or declined(answer):
        return 1.0
    listed = [passages] if isinstance(passages, str) else passages
    return len(words & set().union(*map(_content, listed))) / len(words)


def _content(text: str) -> set[str]:
    text = re.sub(r"n't\b", " not", plain(text).replace("can't", "cannot").replace("cannot", "can not"))
    words = (re.sub(r"'s?$", "", word) for word in re.findall(r"\w+(?:[.']\w+)*", text))
    return {word for word in words if word not in _STOP}


def _outcome(row: dict, answerable: bool) -> str:
    answer = row["answer"] if isinstance(row["answer"], str) else ""
    if not answer.strip():
        return "failed" if math.isnan(row.get("score", 0)) else "empty"
    if declined(answer):
        return "declined"
    return ("right" if row["score"] == 1 else "wrong") if answerable else "invented"


def _flags(table: pandas.DataFrame, answerable: str | Sequence[bool]) -> pandas.Series:
    import pandas as pd

    if isinstance(answerable, str) and answerable not in table:
        raise KeyError(f"no column {answerable!r} in this run; there are: {', '.join(table.columns)}")
    values = list(table[answerable] if isinstance(answerable, str) else answerable)
    if len(values) != len(table):
        raise ValueError(f"answerable has {len(values)} flags for {len(table)} rows: give one a row, in the order of the rows")
    flags = [_FLAGS.get(str(value).strip().lower()) for value in values]
    if None in flags:
        raise ValueError(f"answerable holds {values[flags.index(None)]!r}, which is no flag: give true or false, 1 or 0, yes or no")
    return pd.Series(flags, index=table.index, dtype=bool)


def _point(threshold: float, rights: list[float], n: int) -> dict:
    wrong = wilson(int(len(rights) - sum(rights)), len(rights)) if set(rights) <= {0.0, 1.0} else None
    bounds = {"low": wrong.low, "high": wrong.high} if wrong else {"low": math.nan, "high": math.nan}
    return {"threshold": threshold, "coverage": len(rights) / n, "risk": 1 - sum(rights) / len(rights), **bounds, "answered": len(rights)}
