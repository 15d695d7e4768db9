"""How large the outlined tumour is; measured once for each outline."""

from dataclasses import dataclass

import numpy as np
from ParotidClassifierCore.base.cache import Cache, Same
from ParotidClassifierCore.imaging.findings import max_axial_diameter_mm
from ParotidClassifierCore.imaging.side import Side
from slicer.i18n import tr as _


@dataclass(frozen=True)
class Size:
    """Volume in ml, and the largest diameter in an axial slice in mm."""

    volumeMl: float
    diameterMm: float

    @property
    def words(self) -> tuple:
        """Both as they are shown, the volume first."""
        volume = _("{volume} ml").format(volume=f"{self.volumeMl:.1f}")
        return volume, _("{diameter} mm").format(diameter=f"{self.diameterMm:.0f}")


def sideWords(side) -> str:
    """Return a side of Core's Side, or its word, as it is shown; empty where it is not known."""
    words = {Side.LEFT: _("left"), Side.RIGHT: _("right"), Side.ACROSS: _("across the midline")}
    return words.get(side, "")


class TumorSize:
    """Measures the tumour as the ring follower has drawn it."""

    def __init__(self, ringFollower):
        self._ringFollower = ringFollower
        self._measured = Cache(1)

    def now(self) -> Size | None:
        """Return the size of the tumour; None where it is not outlined, or cannot be used."""
        drawn = self._ringFollower.drawn
        return drawn and self._measured.get("size", lambda: _sizeOf(drawn), Same(drawn))


def _sizeOf(drawn) -> Size:
    tumor = drawn.masks[drawn.protocol.outlined.name]
    return Size(np.count_nonzero(tumor) / 1000, max_axial_diameter_mm(tumor))
