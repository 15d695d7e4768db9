"""The chapters of a report, in the order in which they are read."""

from ..parts import Section
from ..study import Study
from .closing import limits, reproducibility
from .cohort import baseline, flow, odds_ratios
from .curves import calibration, confusion, decision, nomogram, roc
from .learning import agreement, network, selection
from .methods import methods, models
from .performance import performance
from .steadiness import steadiness
from .summary import summary

_IN_ORDER = (
    summary, flow, baseline, odds_ratios, performance, roc, calibration, decision, confusion,
    steadiness, nomogram, agreement, selection, network, methods, models, limits, reproducibility,
)  # fmt: skip
_OF_JUDGED_CASES = (performance, roc, calibration, decision, confusion)


def sections_of(study: Study) -> tuple[Section, ...]:
    """Return every section that the study has something for, drawn and worded."""
    told = (make for make in _IN_ORDER if study.sets or make not in _OF_JUDGED_CASES)
    return tuple(filter(None, (make(study) for make in told)))
