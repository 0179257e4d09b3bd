"""Clusters of bad rows, the good ones among them, their names, a map."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.failures import cluster, embed, flat, names


def around(degrees: float, count: int, spread: float = 1.0) -> np.ndarray:
    """Vectors of length 1 that point about the same way, a step apart."""
    angles = np.radians(degrees + spread * np.arange(count))
    return np.column_stack([np.cos(angles), np.sin(angles)])


POINTS = np.concatenate([around(0, 4), around(90, 4), around(200, 1), around(1, 2), around(180, 1)])
BAD = np.array([1] * 9 + [0] * 3, dtype=bool)  # four, four, one far from all; two good ones among the first four, one far away


def test_a_bad_row_that_is_near_no_other_is_noise() -> None:
    clusters = cluster(POINTS, BAD)
    assert (clusters.count, clusters.noise, clusters.labels[8]) == (2, 1, -1)


def test_good_rows_among_the_bad_ones_of_a_cluster_belong_to_it_and_far_ones_do_not() -> None:
    labels = cluster(POINTS, BAD).labels
    assert labels[9] == labels[10] == labels[0] != -1
    assert labels[11] == -1


def test_groups_count_good_rows_too() -> None:
    sizes = sorted(int(mask.sum()) for mask in cluster(POINTS, BAD).groups().values())
    assert sizes == [4, 6]


def test_a_good_row_between_two_clusters_goes_to_the_nearer_middle() -> None:
    points = np.concatenate([around(0, 3, spread=20), around(90, 3, spread=20), around(41, 1)])
    labels = cluster(points, [True] * 6 + [False], way="kmeans", k=2).labels
    assert labels[6] in (labels[0], -1)
    assert labels[6] != labels[5]


def test_k_means_leaves_nothing_out_and_makes_no_more_clusters_than_rows() -> None:
    assert cluster(POINTS, BAD, way="kmeans", k=3).noise == 0
    assert cluster(POINTS[:4], [True] * 4, way="kmeans", k=9).count == 4


@pytest.mark.parametrize("count", [0, 2])
def test_fewer_bad_rows_than_a_cluster_needs_are_noise(count: int) -> None:
    clusters = cluster(POINTS, np.arange(12) < count)
    assert (clusters.count, clusters.noise, clusters.groups()) == (0, count, {})


def test_clusters_say_how_large_they_are_and_how_much_is_noise() -> None:
    assert repr(cluster(POINTS, BAD)) == "9 bad rows: 2 clusters (4, 4), 1 in none (noise)"


@pytest.mark.parametrize(
    ("options", "why"),
    [({"way": "dbscan"}, "choose 'hdbscan' or 'kmeans'"), ({"smallest": 1}, "at least 2 rows"), ({"way": "kmeans", "k": 0}, "k=0")],
)
def test_a_way_there_is_not_is_named(options: dict, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        cluster(POINTS, BAD, **options)


def test_vectors_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="12 vectors for 9 rows"):
        cluster(POINTS, BAD[:9])


def test_a_vector_with_a_hole_is_refused_by_its_row() -> None:
    points = POINTS.copy()
    points[3, 1] = np.nan
    with pytest.raises(ValueError, match="vector of row 3"):
        cluster(points, BAD)


def test_vectors_may_be_lists_and_k_means_needs_no_smallest_number_of_rows() -> None:
    clusters = cluster(POINTS.tolist(), np.arange(12) < 2, way="kmeans", k=2)
    assert (clusters.count, clusters.noise) == (2, 0)


def test_names_of_other_texts_than_the_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="2 texts and 1 labels"):
        names(["a b", "rye bread"], [0])


def test_a_name_is_the_word_with_the_highest_log_odds() -> None:
    texts = ["rye bread tastes", "white bread tastes", "slow tram tastes", "fast tram tastes", "noise bread"]
    assert names(texts, [0, 0, 1, 1, -1], top=1) == {0: "bread", 1: "tram"}


def test_small_words_and_words_of_one_text_make_no_name_where_others_do() -> None:
    texts = ["the oven and the cake", "the oven or the pie", "the bus", "a bus"]
    assert names(texts, [0, 0, 1, 1]) == {0: "oven", 1: "bus"}


def test_a_cluster_without_shared_words_takes_those_of_one_text() -> None:
    assert names(["oven", "cake", "bus"], [0, 0, -1], top=2) == {0: "cake, oven"}


def test_equal_texts_have_equal_vectors_and_an_empty_one_has_a_vector() -> None:
    rows = embed(["[]", "", "a bus", "[]"], "pocket")
    assert (rows[0] == rows[3]).all()
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)


def test_a_map_puts_near_vectors_near() -> None:
    points = np.concatenate([around(0, 15, spread=0.1), around(120, 15, spread=0.1)])
    xy = flat(points)
    inside = np.linalg.norm(xy[:15] - xy[:15].mean(axis=0), axis=1).max()
    assert xy.shape == (30, 2)
    assert inside < np.linalg.norm(xy[:15].mean(axis=0) - xy[15:].mean(axis=0))


@pytest.mark.parametrize(("rows", "way", "why"), [(2, "tsne", "three or more"), (12, "pca", "choose 'tsne' or 'umap'")])
def test_a_map_of_nothing_or_by_another_way_is_refused(rows: int, way: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        flat(POINTS[:rows], way)
