"""Which line belongs to which model, in every drawing alike.

Colour tells the region and dashes tell the method, so that lines stay apart for readers who see
few colours and on paper. Colours: Okabe & Ito, Color Universal Design, 2008.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from ...protocol.names import (
    CLINICAL,
    COMBINED,
    DL_MODELS,
    ELEVEN_MODELS,
    FUSION_MODELS,
    RAD_MODELS,
)
from .canvas import INK

_REGION_COLORS = ("#d55e00", "#0072b2", "#009e73")  # Tumor, External2, both
_DOTTED, _DASHED, _SOLID = (0, (1.2, 1.4)), (0, (5, 2)), "solid"

_FAMILIES = {
    "Radiomics": RAD_MODELS,
    "Deep network": DL_MODELS,
    "Radiomics and network": FUSION_MODELS,
    "Clinical and Combined": (CLINICAL, COMBINED),
}


def families_of(models: Container[str]) -> dict[str, tuple[str, ...]]:
    """Return the families that `models` has members of, with those members."""
    present = {
        family: tuple(name for name in names if name in models)
        for family, names in _FAMILIES.items()
    }
    return {family: names for family, names in present.items() if names}


@dataclass(frozen=True)
class Pen:
    """How the line of a model is drawn."""

    color: str
    dashes: object
    width: float = 1.8

    @property
    def line(self) -> dict[str, object]:
        """Keyword arguments of a matplotlib line."""
        return {"color": self.color, "linestyle": self.dashes, "linewidth": self.width}


def _pen(name: str) -> Pen:
    if name == COMBINED:
        return Pen(INK, _SOLID, 2.4)
    if name == CLINICAL:
        return Pen("#b8860b", (0, (6, 1.5, 1.2, 1.5)))
    for names, dashes in ((RAD_MODELS, _DOTTED), (DL_MODELS, _DASHED), (FUSION_MODELS, _SOLID)):
        if name in names:
            return Pen(_REGION_COLORS[names.index(name)], dashes)
    raise KeyError(name)


PENS = {name: _pen(name) for name in ELEVEN_MODELS}
