"""Drills on random pieces of the vocabulary: repeat, go on, look up, label. No word in them is known, so only the context helps.

Copying from the context is what reading, extraction and few-shot prompts stand on, and a model that only ever copies what it has
seen before cannot copy a new name.
Repeated random tokens: Olsson et al., 2022, "In-context learning and induction heads", arXiv:2209.11895.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pocket_maker.corpus.world import World

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

__all__ = ["Pieces"]

Ids = list[int]
END, USER, ASSISTANT = 1, 3, 4


class Pieces:
    """Writes drills as (ids, learn), the form of `batches.encode`.

    >>> from transformers import AutoTokenizer
    >>> ids, learn = Pieces(AutoTokenizer.from_pretrained("data/pocket")).drill(World(seed=0))
    >>> len(ids) == len(learn) and ids[-1] == END
    True
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        special = set(tokenizer.all_special_ids)
        self._all = [i for i in range(len(tokenizer)) if i not in special and "\n" not in tokenizer.decode([i])]
        self._write = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]

    def drill(self, w: World) -> tuple[Ids, list[bool]]:
        """One conversation of a few turns; every answer can be read off what stands before it."""
        turns = w.pick((self._repeat, self._go_on, self._look_up, self._label, self._label))(w)
        ids, learn = [], []
        for asked, answer in turns:
            ids += [USER, *asked, END, ASSISTANT, *answer, END]
            learn += [False] * (len(asked) + 3) + [True] * (len(answer) + 1)
        return ids, learn

    def _some(self, w: World, least: int, most: int) -> Ids:
        return [w.pick(self._all) for _ in range(w.number(least, most))]

    def _repeat(self, w: World) -> list[tuple[Ids, Ids]]:
        asked, text = self._write(w.pick(("Repeat: ", "Copy this:\n", "Say again: ", "Write it once more.\n"))), self._some(w, 4, 40)
        return [([*asked, *text], text)]

    def _go_on(self, w: World) -> list[tuple[Ids, Ids]]:
        """Lines, then the beginning of one: what follows in it?"""
        lines = [self._some(w, 4, 12) for _ in range(w.number(2, 7))]
        turns = [(line[:2], line[2:]) for line in w.rng.sample(lines, min(3, len(lines)))]
        return self._under(self._lines(lines), turns)

    def _look_up(self, w: World) -> list[tuple[Ids, Ids]]:
        """A list of keys and values; then keys."""
        sign = self._write(w.pick((": ", " = ", " -> ", " is ", "\t")))
        pairs = [(self._some(w, 1, 4), self._some(w, 1, 5)) for _ in range(w.number(2, 10))]
        turns = [([*key, *sign], value) for key, value in w.rng.sample(pairs, min(4, len(pairs)))]
        return self._under(self._lines([[*key, *sign, *value] for key, value in pairs]), turns)

    def _label(self, w: World) -> list[tuple[Ids, Ids]]:
        """Cases of two or three kinds, told apart by one piece among others, each with the label of its kind; then new cases."""
        sign = self._write(w.pick((": ", " = ", " -> ", "\nLabel: ", " / ")))
        labels = [self._some(w, 1, 4) for _ in range(w.pick((2, 2, 3)))]
        kinds = [(w.pick(self._all), label) for label in labels for _ in range(w.number(1, 3))]

        def case(mark: int) -> Ids:
            noise = self._some(w, 1, 6)
            return [*noise, mark] if w.chance(0.3) else w.rng.sample([*noise, mark], len(noise) + 1)

        shots = [kind for kind in kinds for _ in range(w.number(1, 2))]
        shown = self._lines([[*case(mark), *sign, *label] for mark, label in w.rng.sample(shots, len(shots))])
        return self._under(shown, [([*case(mark), *sign], label) for mark, label in (w.pick(kinds) for _ in range(4))])

    def _lines(self, lines: list[Ids]) -> Ids:
        new = self._write("\n")
        return [piece for line in lines for piece in [*line, *new]]

    @staticmethod
    def _under(shown: Ids, turns: list[tuple[Ids, Ids]]) -> list[tuple[Ids, Ids]]:
        """The lines stand in the first turn only."""
        (asked, answer), *rest = turns
        return [([*shown, *asked], answer), *rest]
