"""Everything that was asked about one case, and the folder of files that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .case.grid import PreparedCase
from .case.loading import Case
from .case.masks import save_segmentation
from .case.working_grid import REGIONS
from .companion import Companion
from .files import write_json, written_together
from .models.eleven import percent
from .models.words import interval_words
from .predict import DEMONSTRATION_FINDING, Prediction, predict
from .progress import Progress, part, silent
from .ring import RingSettings
from .stages import Stages
from .words import DASH

if TYPE_CHECKING:
    import SimpleITK as sitk

    from .models.bundle import Bundle
    from .stability import Stability

PREDICTION_FILE = "prediction.json"
RING_FILE = "ring.seg.nrrd"
OVERVIEW_FILE = "overview.png"
SALIENCY_FILE = "saliency.nrrd"


@dataclass(frozen=True)
class Asked:
    """What is wanted beside the probabilities.

    Attributes:
        ring: None for the bundle's own.
        device: of the network: "cpu", "cuda" or "auto".
        stability: whether slightly different outlines are classified too.
        saliency: whether it is computed where the network looked.
        keep_identity: whether the patient's name, number and birth date may be written.
    """

    ring: RingSettings | None = None
    device: str = "cpu"
    stability: bool = False
    saliency: bool = False
    keep_identity: bool = False


@dataclass(frozen=True)
class Answer:
    """What came out for one case.

    Attributes:
        case: as it was loaded.
        bundle: that answered.
        prepared: the case on its working grid.
        prediction: the probabilities.
        stability: under other outlines; None if it was not asked for.
        saliency: float32 volume, 0 to 1, on the working grid; None if it was not asked for.
    """

    case: Case
    bundle: Bundle
    prepared: PreparedCase
    prediction: Prediction
    stability: Stability | None = None
    saliency: sitk.Image | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the answer as it is written to prediction.json."""
        others = {} if self.stability is None else {"stability": self.stability.as_dict()}
        return self.prediction.as_dict() | others

    def text(self) -> str:
        """Return the answer in lines for a terminal."""
        return _text(self.prediction, self.stability)


def answer(
    case: Case,
    bundle: Bundle,
    asked: Asked,
    progress: Progress = silent,
    companion: Companion | None = None,
) -> Answer:
    """Classify a case and find out what else was asked.

    Args:
        case: as loaded.
        bundle: the models.
        asked: what is wanted.
        progress: told the fraction done and the step at hand.
        companion: a second process that measures a share of the features, if there is one.

    Raises:
        ParotidClassifierError: the case cannot be used, or the device is not there.
    """
    from .saliency import saliency_of
    from .stability import stability

    chosen = (asked.ring or bundle.ring, asked.device)
    stages = Stages(companion)
    marked = others = None
    end = 0.3 if asked.stability else 0.8
    prepared, prediction = predict(case, bundle, *chosen, part(progress, 0.0, end), stages)
    if asked.stability:
        others = stability(case, bundle, *chosen, part(progress, end, 0.8), stages)
    if asked.saliency:
        marked = saliency_of(case, bundle, *chosen, part(progress, 0.8, 1.0), stages)
    return Answer(case, bundle, prepared, prediction, others, marked)


def write_answer(out: Path, answered: Answer) -> None:
    """Write the files of an answer to a folder, together or not at all.

    Raises:
        OutputError: the folder cannot be written.
    """
    from .report.overview import save_overview
    from .saliency import save_saliency

    grid, marked = answered.prepared.grid, answered.saliency
    with written_together(out) as folder:
        write_json(folder / PREDICTION_FILE, answered.as_dict())
        save_outlines(folder / RING_FILE, answered.prepared)
        save_overview(folder / OVERVIEW_FILE, grid, answered.prediction, marked)
        if marked is not None:
            save_saliency(folder / SALIENCY_FILE, marked)


def save_outlines(path: Path, prepared: PreparedCase) -> None:
    """Write Tumor and External2 as they lie on the working grid, or nothing at all.

    Raises:
        OutputError: the file cannot be written.
    """
    grid = prepared.grid
    save_segmentation(path, {region: grid.mask(region) for region in REGIONS}, grid.geometry)


def _text(prediction: Prediction, others: Stability | None) -> str:
    lines = [f"{'model':<24} {'probability':>11} {'95% interval':>16} {'threshold':>10}  call"]
    for name, result in prediction.models.items():
        if result.probability is None:
            lines.append(f"{name:<24} {DASH:>11} {DASH:>16} {DASH:>10}  {result.unavailable}")
        else:
            interval = DASH if result.interval is None else interval_words(result.interval)
            lines.append(
                f"{name:<24} {percent(result.probability):>11} {interval:>16} "
                f"{percent(result.threshold):>10}  {result.call}"
            )
    reasons = [r.no_interval for r in prediction.models.values() if r.no_interval is not None]
    lines += [f"No interval: {reason}." for reason in dict.fromkeys(reasons)]
    lines += prediction.applicability.sentences
    if others is not None and prediction.headline[0] in others.probabilities:
        lines.append(others.sentence(prediction.headline[0]))
    lines += [
        f"{item.severity.value}: {item.message}"
        for item in prediction.findings
        if item.code != DEMONSTRATION_FINDING  # the last line says it
    ]
    return "\n".join([*lines, "", prediction.bundle_line])
