"""Would the answer change had the tumour been outlined a little differently?

The case is classified again under outlines that another reader might have drawn: moved by up to
1 mm, their border displaced by up to 1 mm, the ring up to 0.5 mm wider or narrower.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk

from ..base.errors import EmptyRingError, FeatureExtractionError, UnusableMaskError
from ..base.progress import Progress, silent
from ..base.words import counted
from ..bundle.bundle import Bundle
from ..case.grid import PreparedCase, draw_ring
from ..case.loading import Case
from ..imaging.lattice import lattice_of
from ..imaging.perturbation import perturbed_outline
from ..imaging.ring import LARGEST_WIDTH_MM, SMALLEST_WIDTH_MM, Refinement, RingSettings
from ..models.probabilities import percent
from .predict import Prediction, predict
from .stages import Stages

OUTLINES = 20
MOST_OUTLINES = 200
WIDTH_CHANGE_MM = 0.5
# Shift, displacement and what `perturbed_outline` needs around the tumour.
_ROOM_MM = 6
# What an outline may run into where the case itself did not.
_UNUSABLE = (UnusableMaskError, EmptyRingError, FeatureExtractionError)


@dataclass(frozen=True)
class Stability:
    """What the models say of slightly different outlines of one case.

    Attributes:
        probabilities: by model that has one, of each outline that could be classified; none of
            them may be.
        call_flips: by the same models, how many of these calls differ from that of the case.
        unusable: outlines that could not be classified.
        seed: of the outlines.
    """

    probabilities: dict[str, tuple[float, ...]]
    call_flips: dict[str, int]
    unusable: int
    seed: int

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "probabilities": {name: list(of) for name, of in self.probabilities.items()},
            "call_flips": self.call_flips,
            "unusable": self.unusable,
            "seed": self.seed,
        }

    def sentence(self, model: str) -> str:
        """Return what it says of one model that has a probability."""
        of_model = self.probabilities[model]
        if not of_model:
            return (
                f"None of {counted(self.unusable, 'slightly different outline')} could be "
                f"classified: whether {model} would say the same of it is not known."
            )
        low, high = percent(min(of_model)), percent(max(of_model))
        flips = self.call_flips[model]
        return (
            f"Under {counted(len(of_model), 'slightly different outline')} {model} says {low} to "
            f"{high}; its call changes {counted(flips, 'time')}."
        )


def stability(
    case: Case,
    bundle: Bundle,
    ring: RingSettings | None = None,
    device: str = "cpu",
    progress: Progress = silent,
    stages: Stages | None = None,
    count: int = OUTLINES,
    seed: int = 0,
) -> Stability:
    """Classify a case again under slightly different outlines.

    Args:
        case: CT, outlines and clinical record, as loaded. What a reader changed about the ring is
            changed about the ring of each outline too.
        bundle: the models.
        ring: None for the ring that the bundle was trained with.
        device: "cpu", "cuda" or "auto".
        progress: told before every stage.
        stages: keep what they gave before; nothing of the outlines is added.
        count: outlines.
        seed: same seed, same outlines; the first ones do not depend on their number.

    Raises:
        ParotidClassifierError: the case cannot be classified as it was outlined.
    """
    stages = stages or Stages()
    ring = ring or bundle.ring
    aside = stages.aside()
    as_drawn, *steps = _steps(progress, count)
    prepared, drawn = predict(case, bundle, ring, device, as_drawn, stages)
    others: list[Prediction] = []
    for number, step in enumerate(steps):
        try:
            other, width = _drawn_again(case, prepared, ring, np.random.default_rng([seed, number]))
            others.append(predict(other, bundle, width, device, step, aside)[1])
        except _UNUSABLE:
            continue
    return _compared(drawn, others, count, seed)


def _steps(progress: Progress, count: int) -> list[Progress]:
    """Return a Progress for the case as drawn, and one for each other outline."""
    names = ["the outline as drawn", *(f"outline {n} of {count}" for n in range(1, count + 1))]

    def step(number: int) -> Progress:
        return lambda done, _: progress((number + done) / (count + 1), names[number])

    return [step(number) for number in range(count + 1)]


def _drawn_again(
    case: Case, prepared: PreparedCase, ring: RingSettings, rng: np.random.Generator
) -> tuple[Case, RingSettings]:
    """Return the case with another outline, and the settings of its ring."""
    grid = prepared.grid
    near = prepared.box.box_of(grid.tumor).padded(_ROOM_MM).intersection(prepared.box)
    outline = perturbed_outline(prepared.box.transferred(grid.tumor, near), rng)
    tumor = grid.geometry.image(near.transferred(outline, prepared.box))
    width = ring.width_mm + rng.uniform(-WIDTH_CHANGE_MM, WIDTH_CHANGE_MM)
    settings = replace(ring, width_mm=float(np.clip(width, SMALLEST_WIDTH_MM, LARGEST_WIDTH_MM)))
    other = replace(case, tumor=tumor, ring=None)
    if case.ring is not None:
        other = replace(other, ring=_refined_likewise(other, settings, prepared))
    return other, settings


def _refined_likewise(other: Case, settings: RingSettings, prepared: PreparedCase) -> sitk.Image:
    """Return the ring of another outline, with what was changed by hand about the case's own."""
    grid, corner = prepared.grid, prepared.box.lower[::-1]
    by_hand = Refinement().updated(grid.ring, prepared.automatic.mask, grid.tumor, corner)
    drawn = draw_ring(other, settings, by_hand)
    return lattice_of(other.ct).geometry(drawn.box).image(drawn.ring)


def _compared(drawn: Prediction, others: list[Prediction], count: int, seed: int) -> Stability:
    names = [name for name, result in drawn.models.items() if result.probability is not None]
    results = {name: [other.models[name] for other in others] for name in names}
    return Stability(
        {name: tuple(r.probability for r in of_name) for name, of_name in results.items()},
        {n: sum(r.call != drawn.models[n].call for r in of_n) for n, of_n in results.items()},
        count - len(others),
        seed,
    )
