"""Agreement between two readers' outlines of one tumour, and whether the answer hangs on it.

Both outlines are compared as the models see them, on the 1 mm grid. With A and B as sets of voxels:

* Dice: 2 |A ∩ B| / (|A| + |B|).
* Surface distances: the surface of an outline is its voxels with a neighbour outside, of the six
  that share a face. Measured are the distances, between centres of voxels, from every surface voxel
  of A to the nearest of B and from every one of B to the nearest of A, all of them together; told
  are their mean, their 95th percentile and their maximum, the Hausdorff distance.
  Taha & Hanbury, BMC Medical Imaging 2015, doi:10.1186/s12880-015-0068-x.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..base.errors import EmptyRingError, FeatureExtractionError, UnusableMaskError
from ..case.grid import PreparedCase
from .predict import Prediction, compared

_FAR_PERCENTILE = 95


@dataclass(frozen=True)
class OutlineAgreement:
    """How alike two outlines are.

    Attributes:
        mean_mm, percentile_95_mm, maximum_mm: of the distances between the surfaces.
        volumes_mm3: of the first and of the second outline.
    """

    dice: float
    mean_mm: float
    percentile_95_mm: float
    maximum_mm: float
    volumes_mm3: tuple[float, float]


@dataclass(frozen=True)
class ReadersAgreement:
    """Two outlines of one tumour and what the models say of both.

    Attributes:
        second: by the second reader's, whose rings are drawn by themselves.
    """

    outlines: OutlineAgreement
    first: Prediction
    second: Prediction

    @property
    def other_calls(self) -> tuple[str, ...]:
        """The models that say something else of the second outline."""
        second = self.second.models
        return tuple(n for n, r in self.first.models.items() if r.verdict != second[n].verdict)

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values; what is said of the first outline stands in its prediction."""
        found = self.outlines
        return {
            "dice": found.dice,
            "surface_distance_mm": {
                "mean": found.mean_mm,
                "percentile_95": found.percentile_95_mm,
                "maximum": found.maximum_mm,
            },
            "volumes_mm3": list(found.volumes_mm3),
            "other_calls": list(self.other_calls),
            "agreement": self.sentences,
            **compared(self.second),
        }

    @property
    def sentences(self) -> list[str]:
        """How alike the outlines are, and whether the models say the same of both."""
        found = self.outlines
        first, second = (volume / 1000 for volume in found.volumes_mm3)
        alike = (
            f"The two readers' outlines: Dice {found.dice:.2f}; surfaces {found.mean_mm:.1f} mm "
            f"apart on average, 95 % within {found.percentile_95_mm:.1f} mm, at most "
            f"{found.maximum_mm:.1f} mm; volumes {first:.2f} and {second:.2f} ml."
        )
        return [alike, self._calls()]

    def _calls(self) -> str:
        with_outlines = {"the first outline": self.first, "the second outline": self.second}
        outside = [which for which, found in with_outlines.items() if found.is_outside]
        if outside:
            which = "both outlines" if len(outside) == 2 else outside[0]
            return f"With {which} this case is unlike the training cases."
        others = self.other_calls
        name, first = self.first.headline
        said_by = f"the model {self.first.protocol.plain(name)}"
        changed = f"{', '.join(map(self.first.protocol.plain, others))}."
        if not others:
            return "Every model says the same of both outlines."
        if name not in others:
            return f"The{said_by[3:]} says the same of both outlines; not so {changed}"
        second = self.second.models[name]
        told = f"The answer changes: {said_by} says {first.verdict} of the first outline, "
        more = "" if len(others) == 1 else f" It changes for {changed}"
        return f"{told}{second.verdict} of the second.{more}"


def outline_agreement(first: np.ndarray, second: np.ndarray) -> OutlineAgreement:
    """Compare two outlines, see above.

    Args:
        first: bool (z, y, x) on the 1 mm grid, not empty.
        second: likewise, same shape.

    Raises:
        UnusableMaskError: they have no voxel in common.
    """
    sizes = float(first.sum()), float(second.sum())
    common = float((first & second).sum())
    if not common:
        raise UnusableMaskError(
            "The second reader's outline has no voxel in common with the first.",
            "Give the outline of the same tumour on the same scan.",
        )
    distances = np.concatenate([*_surface_distances(first, second)])
    return OutlineAgreement(
        2 * common / sum(sizes),
        float(distances.mean()),
        float(np.percentile(distances, _FAR_PERCENTILE)),
        float(distances.max()),
        sizes,
    )


def compared_outlines(first: PreparedCase, second: PreparedCase) -> OutlineAgreement:
    """Compare the outlines of one tumour that two prepared cases hold."""
    tumors = (first.grid.tumor, second.grid.tumor)
    boxes = [p.box.box_of(t) for p, t in zip((first, second), tumors, strict=True)]
    # One voxel around both: a surface voxel is told by a neighbour outside.
    both = boxes[0].hull(boxes[1]).padded(1)
    return outline_agreement(
        first.box.transferred(tumors[0], both), second.box.transferred(tumors[1], both)
    )


def _surface_distances(first: np.ndarray, second: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the distances in mm from the surface of each outline to that of the other."""
    surfaces = [mask & ~ndimage.binary_erosion(mask) for mask in (first, second)]
    for surface, other in (surfaces, surfaces[::-1]):
        yield ndimage.distance_transform_edt(~other)[surface]


@contextmanager
def second_reader_named() -> Iterator[None]:
    """Say of what is wrong with the second outline that it is the second one."""
    try:
        yield
    except (UnusableMaskError, EmptyRingError, FeatureExtractionError) as error:
        message = f"The second reader's outline cannot be used. {error.message}"
        raise type(error)(message, error.remedy) from error
