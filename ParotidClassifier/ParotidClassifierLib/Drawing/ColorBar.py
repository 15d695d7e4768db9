"""The drawing of a colour table, as the legend of what is shown in its colours."""

import qt
from slicer.i18n import tr as _

from .Drawing import Drawing


class ColorBar(Drawing):
    """The colours of a table from left to right."""

    _HEIGHT = 12
    _STEPS = 64

    def __init__(self):
        Drawing.__init__(self, _("Colours of the map"))
        self.colors = []
        self._lowest = 0.0
        self.setFixedHeight(self._HEIGHT)

    def setColors(self, colorNode, lowest: float) -> None:
        """Show the colours of a table from this share of it to its end; none for None."""
        self.colors, self._lowest = [], lowest
        if colorNode is not None:
            last = colorNode.GetNumberOfColors() - 1
            shares = (lowest + (1 - lowest) * i / (self._STEPS - 1) for i in range(self._STEPS))
            self.colors = [_colorOf(colorNode, round(share * last)) for share in shares]
        self.showAnew()

    def inWords(self) -> str:
        """Return what the first and the last colour stand for."""
        return _("From {percent} % of the strongest value, left, to the strongest, right").format(
            percent=round(100 * self._lowest)
        )

    @property
    def hasNumbers(self) -> bool:
        """Whether there is a table."""
        return bool(self.colors)

    def draw(self, painter) -> None:
        """Draw the colours side by side."""
        for step, color in enumerate(self.colors):
            left = round(self.width * step / self._STEPS)
            right = round(self.width * (step + 1) / self._STEPS)
            painter.fillRect(left, 0, right - left, self._HEIGHT, qt.QColor(*color))


def _colorOf(colorNode, index: int) -> tuple:
    rgba = [0.0] * 4
    colorNode.GetColor(index, rgba)
    return tuple(round(255 * part) for part in rgba[:3])
