"""Folds in which every class is represented alike."""

import numpy as np


def stratified_folds(
    malignant: np.ndarray,
    folds: int,
    seed: int,
    also: np.ndarray | None = None,
    images: np.ndarray | None = None,
) -> np.ndarray:
    """Deal the cases into folds, class by class, in an order drawn from `seed`.

    Args:
        malignant: (n,) bool.
        folds: number of folds; fewer are made where a class has fewer cases.
        seed: same seed, same folds.
        also: (n,) bool, a second property that the folds shall share evenly.
        images: (n,) int, the same for cases on one image; these share the fold of the first, so
            that no fold judges an image that was learnt from.

    Returns:
        (n,) int, the fold of each case, 0 … folds - 1.
    """
    groups = 2 * malignant.astype(int) + (0 if also is None else also.astype(int))
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    by_group = shuffled[np.argsort(groups[shuffled], kind="stable")]
    fold_of = np.empty(len(groups), int)
    fold_of[by_group] = np.arange(len(groups)) % min(folds, smaller_class(malignant))
    if images is not None:
        _, first, which = np.unique(images, return_index=True, return_inverse=True)
        fold_of = fold_of[first][which]
    return fold_of


def smaller_class(malignant: np.ndarray) -> int:
    """Return the number of cases of the rarer class; `malignant` is (n,) bool."""
    return int(min(malignant.sum(), (~malignant).sum()))
