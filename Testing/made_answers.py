"""Answers to a made case, as a report is made of them, without the wait for twenty outlines."""

from __future__ import annotations

from datetime import date

from made_cases import ball_case
from ParotidClassifierCore.answering import Answer, Asked, answer
from ParotidClassifierCore.clinical import ClinicalRecord
from ParotidClassifierCore.models.bundle import Bundle
from ParotidClassifierCore.report.case.labels import ReportLabels
from ParotidClassifierCore.stability import Stability

ALL_KNOWN = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"}
LABELS = ReportLabels(date(2026, 3, 1), "Case 7", "Dr Grey")


def made_answer(bundle: Bundle, words: dict[str, str], *, saliency: bool = False) -> Answer:
    """Return what `bundle` says of a ball of tumour with these clinical findings."""
    case = ball_case(8.0)
    record = ClinicalRecord.from_words(words)
    case = type(case)(case.ct, case.tumor, record=record)
    return answer(case, bundle, Asked(saliency=saliency))


def made_stability(answered: Answer) -> Stability:
    """Return a stability as `stability.stability` gives it, of three outlines."""
    models = answered.prediction.models
    around = {
        name: tuple(min(max(r.probability + d, 0.0), 1.0) for d in (-0.02, 0.0, 0.03))
        for name, r in models.items()
        if r.probability is not None
    }
    return Stability(around, dict.fromkeys(around, 1), 0, 0)
