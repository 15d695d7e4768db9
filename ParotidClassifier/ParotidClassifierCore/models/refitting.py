"""Fitting all models again on resamples of the training cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..base.progress import Progress, silent
from .fits import WHOLE, Fits
from .refits import Refits
from .table import TrainingTable

# Significant digits that are kept: enough for any interval, in half of the room.
_DIGITS = 6


def refit_all(
    fits: Fits,
    names: Sequence[str],
    table: TrainingTable,
    count: int,
    seed: int,
    progress: Progress = silent,
) -> Refits:
    """Return the models `names` refitted on `count` resamples of the rows of `table`.

    Args:
        fits: of `table`, with the models that are kept.
        names: of models that were fitted; the same resample serves all of them.
        progress: told the share done and the step.
    """
    refits: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
    drawn = resamples(table, seed)
    for done in range(count):
        progress(done / count, f"refit {done + 1} of {count}")
        counts = next(counts for counts in drawn if fits.can_refit(names, counts))
        for name, coefficients in refits.items():
            model = fits.refitted(name, WHOLE, counts)
            coefficients.append(_rounded([model.intercept, *model.coefficients]))
    return Refits({name: tuple(rows) for name, rows in refits.items()}, absent="")


def resamples(table: TrainingTable, seed: int) -> Iterator[np.ndarray]:
    """Yield (n,) counts: how often each row is in a bootstrap resample.

    Drawn within each outcome, and there among the cases with and without known findings, so that
    every resample has as many of each. Cases on one image are drawn together.
    """
    rng = np.random.default_rng(seed)
    images = np.arange(len(table.malignant)) if table.images is None else table.images
    _, first, image_of = np.unique(images, return_index=True, return_inverse=True)
    strata = (2 * table.malignant + table.clinically_complete)[first]
    members = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    while True:
        chosen = np.concatenate([rng.choice(group, len(group)) for group in members])
        yield np.bincount(chosen, minlength=len(first))[image_of]


def _rounded(numbers: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(f"{number:.{_DIGITS}g}") for number in numbers)
