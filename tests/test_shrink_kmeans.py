"""k-means on a line: the same as the best that can be had, and the same every time."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from helpers.shrink import lloyd, nearest


def error(values: np.ndarray, book: np.ndarray) -> float:
    return float(((values[:, None] - book[None]) ** 2).min(axis=1).sum())


def test_two_clumps_get_their_two_means() -> None:
    assert lloyd(np.array([0.0, 0.2, 10.0, 10.4, 10.6]), 2) == pytest.approx([0.1, 31 / 3])


def test_every_entry_is_the_mean_of_its_values() -> None:
    values = np.random.default_rng(0).normal(size=5000)
    book = lloyd(values, 8, steps=5000)
    at = np.abs(values[:, None] - book[None]).argmin(axis=1)
    assert book == pytest.approx([values[at == i].mean() for i in range(8)])


@pytest.mark.parametrize("k", [4, 16])
def test_it_is_as_good_as_the_best_of_ten_random_starts_of_scikit_learn(k: int) -> None:
    from sklearn.cluster import KMeans

    values = np.random.default_rng(1).standard_t(5, size=2000)
    best = KMeans(k, n_init=10, random_state=0).fit(values[:, None]).inertia_
    assert error(values, lloyd(values, k)) <= 1.02 * best


def test_on_three_clumps_it_finds_the_best_of_all_cuts() -> None:
    values = np.array([-2.0, -1.9, -1.5, 0.0, 0.1, 0.2, 0.3, 5.0, 5.5])
    cuts = [np.split(values, cut) for cut in combinations(range(1, 9), 2)]
    best = min(sum(((part - part.mean()) ** 2).sum() for part in parts) for parts in cuts)
    assert error(values, lloyd(values, 3)) == pytest.approx(best)


def test_no_more_values_than_entries_are_kept_as_they_are() -> None:
    assert lloyd(np.array([3.0, 1.0, 3.0, 2.0]), 4).tolist() == [1.0, 2.0, 3.0]


def test_how_often_a_value_stands_there_counts() -> None:
    assert lloyd(np.array([0.0] * 99 + [1.0]), 1) == pytest.approx([0.01])


def test_the_order_of_the_values_changes_nothing() -> None:
    values = np.random.default_rng(2).normal(size=3000)
    assert lloyd(values, 16).tolist() == lloyd(values[::-1], 16).tolist()


def test_nearest_is_the_nearest() -> None:
    values, book = np.random.default_rng(3).normal(size=500), np.array([-1.0, 0.1, 0.2, 3.0])
    assert nearest(values, book).tolist() == np.abs(values[:, None] - book[None]).argmin(axis=1).tolist()


@pytest.mark.parametrize(("values", "k"), [([1.0, float("nan")], 2), ([], 2), ([1.0], 0)])
def test_what_has_no_means_is_refused(values: list[float], k: int) -> None:
    with pytest.raises(ValueError, match=f"needs k >= 1 and finite values, got k={k} and {len(values)} values"):
        lloyd(np.array(values), k)
