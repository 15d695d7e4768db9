"""How the drawings of a result look: dark as a reading room is, or for paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ...protocol import Region
from ...protocol.outcome import BENIGN, COLORS_ON_DARK, MALIGNANT

# Of letters on the CT, which is dark everywhere.
ON_CT = "#e8eaed"


@dataclass(frozen=True)
class Look:
    """Colours and lines of a drawing.

    Attributes:
        track: what a value lies on.
        text, faint: of what is read first, and last.
        note: of what stands under everything.
        warning: of what must not be overlooked.
        outcomes: of what speaks for an outcome, by its word.
        ring_line: of rings; dashed where colours may be printed in grey.
        halo: colour around outlines, which keeps them apart from what they lie on; none if empty.
    """

    background: str
    track: str
    text: str
    faint: str
    note: str
    warning: str
    outcomes: Mapping[str, str]
    ring_line: str
    halo: str

    def color_of(self, verdict: str | None) -> str:
        """Return the colour of an outcome; of no outcome, or an indeterminate one, a faint one."""
        return self.outcomes.get(verdict, self.faint)

    def figure(self, width: float, height: float, dpi: float | None = None) -> Figure:
        """Return an empty figure of so many inches, which needs no display."""
        figure = Figure(figsize=(width, height), dpi=dpi, facecolor=self.background)
        FigureCanvasAgg(figure)
        return figure

    def line_of(self, region: Region) -> str:
        """Return how the outline of a region is drawn."""
        return "solid" if region.ring is None else self.ring_line


DARK = Look(
    background="#16191d",
    track="#2b3037",
    text="#e8eaed",
    faint="#8b9199",
    note="#ffd166",
    warning="#f28e2b",
    outcomes=COLORS_ON_DARK,
    ring_line="solid",
    halo="",
)
WARNING_GROUND = "#fdf1e7"  # behind a warning on paper
# The outcomes differ in lightness too, so that they can be told apart in grey.
PAPER = Look(
    background="#ffffff",
    track="#dfe4e8",
    text="#1f2933",
    faint="#5b6670",
    note="#8a3b00",
    warning="#8a3b00",
    outcomes={MALIGNANT: "#b34700", BENIGN: "#6fb1de"},
    ring_line="dashed",
    halo="black",
)


def bare(axes: Axes, look: Look = DARK) -> None:
    """Leave nothing of the frame but the labels of its ticks."""
    axes.set_facecolor(look.background)
    axes.tick_params(length=0, colors=look.faint, labelsize=9)
    axes.spines[:].set_visible(False)
