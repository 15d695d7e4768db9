"""Would the answer change had the tumour been outlined a little differently?

The case is classified again under outlines that another reader might have drawn: moved, their
border displaced, the rings wider or narrower, by as much as `imaging.perturbation` says.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np
import SimpleITK as sitk

from ..base.errors import EmptyRingError, FeatureExtractionError, UnusableMaskError
from ..case.grid import PreparedCase, draw_regions
from ..case.loading import Case
from ..case.perturbation import widened
from ..imaging.perturbation import perturbed_outline
from ..imaging.ring import Refinement
from ..protocol import Protocol
from .predict import Prediction

MOST_OUTLINES = 200
# Shift, displacement and what `perturbed_outline` needs around the tumour.
_ROOM_MM = 6
# What an outline may run into where the case itself did not.
UNUSABLE = (UnusableMaskError, EmptyRingError, FeatureExtractionError)


@dataclass(frozen=True)
class Stability:
    """What the models say of slightly different outlines of one case.

    Attributes:
        probabilities: by model that has one, of each outline that could be classified; none of
            them may be.
        call_flips: by the same models, how many of these answers, or calls where there is no
            answer, differ from that of the case.
        outside: with how many of these outlines the case is unlike the training cases.
    """

    probabilities: dict[str, tuple[float, ...]]
    call_flips: dict[str, int]
    unusable: int
    seed: int
    outside: int = 0

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def drawn_again(
    case: Case, prepared: PreparedCase, rng: np.random.Generator
) -> tuple[Case, Protocol]:
    """Return the case with another outline, and the protocol with the widths of its rings."""
    grid = prepared.grid
    near = prepared.box.box_of(grid.tumor).padded(_ROOM_MM).intersection(prepared.box)
    outline = perturbed_outline(prepared.box.transferred(grid.tumor, near), rng)
    tumor = grid.geometry.image(near.transferred(outline, prepared.box))
    protocol = widened(prepared.protocol, rng)
    other = replace(case, tumor=tumor, rings={})
    drawn = [ring.name for ring in protocol.rings if ring.name in case.rings]
    if drawn:
        other = replace(other, rings=_refined_likewise(other, protocol, prepared, drawn))
    return other, protocol


def _refined_likewise(
    other: Case, protocol: Protocol, prepared: PreparedCase, drawn: Iterable[str]
) -> dict[str, sitk.Image]:
    """Return the rings of another outline, with what was changed by hand about the case's own."""
    grid, corner = prepared.grid, prepared.box.lower[::-1]
    by_hand = {
        name: Refinement().updated(
            grid.mask(name), prepared.automatic[name].mask, grid.tumor, corner
        )
        for name in drawn
    }
    regions = draw_regions(other, protocol, by_hand)
    geometry = regions.lattice.geometry(regions.box)
    return {name: geometry.image(regions.masks[name]) for name in by_hand}


def compared_calls(drawn: Prediction, others: list[Prediction], count: int, seed: int) -> Stability:
    """Return what the models say of other outlines, of which `count` were tried."""
    names = [name for name, result in drawn.models.items() if result.probability is not None]
    results = {name: [other.models[name] for other in others] for name in names}
    return Stability(
        {name: tuple(r.probability for r in of_name) for name, of_name in results.items()},
        {n: sum(r.verdict != drawn.models[n].verdict for r in of_n) for n, of_n in results.items()},
        count - len(others),
        seed,
        sum(other.is_outside for other in others),
    )
