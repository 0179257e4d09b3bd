"""What `ladder decide` found about one file, in the parts that the screen and the page show: read, replies, classes, the next step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.decide.advice import MOST
from helpers.decide.asking import stays_here
from helpers.decide.notes import notes
from helpers.files.copies import contradictions, keys
from helpers.metrics import metric
from helpers.metrics.replies import lower
from helpers.metrics.scores import UNREAD, per_class
from helpers.prompts import as_text

if TYPE_CHECKING:
    import pandas

    from helpers.decide.rungs import Rung
    from helpers.decide.verdict import Verdict
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["Findings", "Sample"]

SHOWN = 5  # replies of each rung
OFTEN = 0.1  # of the replies, so many that cannot be read are a reason to change the prompt


@dataclass(frozen=True)
class Sample:
    """One example and what each rung replied to it: (rung, reply, score), in the order of the ladder."""

    input: str
    target: str
    replies: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, eq=False, repr=False)
class Findings:
    """A climbed ladder with its verdict. `bar`: what is good enough, and why; `prices`: what an answer is taken to cost; `skipped`: the
    rungs left out, with the reason; `warnings`: what was said on the way; `private`: nothing may leave this machine; `command`: as typed;
    `exported`: the folder that a rung is written into, if one is; `trained`: the rungs that train.
    """

    task: Task
    model: Model
    rungs: list[Rung]
    verdict: Verdict
    margin: float
    bar: str
    prices: str
    skipped: dict[str, str]
    warnings: tuple[str, ...]
    command: str
    private: bool = False
    exported: Path | None = None
    trained: tuple[str, ...] = ()

    @property
    def here(self) -> bool:
        """Whether nothing leaves this machine."""
        return all(rung.private for rung in self.rungs)

    @property
    def labeled(self) -> bool:
        return metric(self.task.metric).needs_labels

    @property
    def rung(self) -> Rung:
        """The rung to look at closely: the one named, else the one to use meanwhile, else the one that scored highest."""
        name = self.verdict.rung or self.verdict.meanwhile
        best = max(self.rungs, key=lambda rung: -1 if math.isnan(rung.run.score.value) else rung.run.score.value)
        return next((rung for rung in self.rungs if rung.name == name), best)

    def readable(self, rung: Rung) -> str:
        """How many replies of a rung could be read.

        >>> findings.readable(rung)  # doctest: +SKIP
        '0 of 18 replies were one of your labels'
        """
        entry = metric(self.task.metric)
        answers = rung.run.scored_rows["answer"].to_list()
        form = "one of your labels" if entry.needs_labels else "a list" if entry.of_lists else "readable"
        return f"{entry.readable(answers, self.task.labels):,} of {len(rung.run.table):,} replies were {form}"

    def unreadable(self, rung: Rung) -> int:
        answers = rung.run.scored_rows["answer"].to_list()
        return len(answers) - metric(self.task.metric).readable(answers, self.task.labels)

    @property
    def hard_to_read(self) -> list[Rung]:
        """The rungs of whose replies more than a tenth could not be read."""
        return [rung for rung in self.rungs if self.unreadable(rung) > OFTEN * len(rung.run.table)]

    def classes(self, rung: Rung) -> pandas.DataFrame:
        """Of a task with labels: precision, recall and F1 of each label."""
        rows = rung.run.scored_rows
        return per_class(rows["answer"].to_list(), rows["target"].to_list(), self.task.labels)

    def confusion(self, rung: Rung) -> pandas.DataFrame:
        """How often each target (rows) got each answer (columns), the most frequent labels first."""
        import pandas as pd

        rows = rung.run.scored_rows
        spelled = {lower(label): label for label in self.task.labels}
        read = [metric(self.task.metric).read(answer, self.task.labels) for answer in rows["answer"]]
        answers = pd.Series([spelled.get(label, UNREAD) for label in read])
        labels = list(rows["target"].value_counts().index)
        others = [label for label in [*self.task.labels, UNREAD] if label not in labels and (answers == label).any()]
        counts = pd.crosstab(rows["target"].reset_index(drop=True), answers)
        return counts.reindex(index=labels, columns=[*labels, *others], fill_value=0)

    @property
    def table(self) -> pandas.DataFrame:
        """The ladder: the verdict's table with how many replies could not be read and, for labels, macro F1."""
        table = self.verdict.table.assign(unread=[self.unreadable(rung) for rung in self.rungs])
        if not self.labeled:
            return table
        return table.assign(macro_f1=[float(self.classes(rung)["f1"].mean()) for rung in self.rungs])

    @property
    def samples(self) -> list[Sample]:
        """Five examples, of different targets where there are some, with what each rung replied."""
        table = self.rungs[0].run.table
        targets = [as_text(target) for target in table["target"]]
        first = list({target: place for place, target in reversed(list(enumerate(targets)))}.values())
        places = sorted([*sorted(first), *(place for place in range(len(targets)) if place not in first)][:SHOWN])
        return [self._sample(place, targets[place]) for place in places]

    def _sample(self, place: int, target: str) -> Sample:
        rows = [(rung.name, rung.run.table.iloc[place]) for rung in self.rungs]
        replies = tuple((name, row["answer"] or row["error"] or "", float(row["score"])) for name, row in rows)
        return Sample(rows[0][1]["input"], target, replies)

    @property
    def notes(self) -> list[str]:
        """What a reader of the ladder must know beside it."""
        return notes(self)

    @property
    def next_steps(self) -> list[str]:
        """What to do now, the most useful first."""
        unsettled = [] if self.verdict.rung else [*self._stronger(), *self._prompt()]
        return [self._settle(), *unsettled, *self._clean()]

    def _settle(self) -> str:
        verdict = self.verdict
        if any(rung.unfinished for rung in self.rungs):
            return "Run the same command again: it asks only for the replies that failed."
        if verdict.rung and self.exported:
            return f'Ask what was exported: python {self.exported / "answer.py"} "a text", or a file with the same columns.'
        if verdict.rung:
            return f"Take {verdict.rung} home: {self.command} --export my_{verdict.rung.replace(' ', '_')}"
        lower_bar = math.floor(100 * float(verdict.table.set_index("rung")["low"][self.rung.name])) / 100
        if not verdict.undetermined:
            score = self.rung.run.score.value
            return f"Lower the bar, if the {score:.2f} of {self.rung.name} is of use to you: --good-enough {lower_bar:g} is surely met."
        seeds = max(rung.seeds for rung in self.rungs)
        if 1 < seeds < 5 and not verdict.more_examples:
            return f"Train with more seeds, as {seeds} hardly tell how much trainings differ: --seeds {seeds + 3}."
        if verdict.more_examples:
            return self._more(verdict.more_examples)
        ask_less = f"--good-enough {lower_bar:g}, or --margin {2 * self.margin:g}"
        return f"Ask for less, as more than {MOST:,} further rows would be needed: {ask_less}."

    def _more(self, examples: int) -> str:
        """How many rows to label so that the test split gets so many more examples."""
        share = len(self.task["test"]) / sum(map(len, self.task.splits.values()))
        rows = math.ceil(examples / share)
        step = 10 ** max(0, len(str(rows)) - 2)
        rows = math.ceil(rows / step) * step
        return f"Label about {rows:,} more rows like these ({examples:,} of them become test rows), and run the same again."

    def _stronger(self) -> list[str]:
        if not stays_here(self.model):
            return []
        hosted = "" if self.private else "; or a hosted one, to which your rows are sent: --model openai:gpt-4o-mini"
        return [f"Try a larger model: --model hf:Qwen/Qwen2.5-0.5B-Instruct{hosted}."]

    def _prompt(self) -> list[str]:
        worst = max(self.rungs, key=self.unreadable)
        if worst not in self.hard_to_read:
            return []
        return [f"Try a prompt of yours: --prompt my_prompt.txt, with {{input}} in it. Of {worst.name}, {self.readable(worst)}."]

    def _clean(self) -> list[str]:
        rows = [row for split in self.task.splits.values() for row in split]
        count = len(contradictions(keys([row["input"] for row in rows]), [row["target"] for row in rows]))
        return [
            f"Clean the rows that say the same as another and have a different target ({count}): no method is right about both."
        ] * bool(count)
