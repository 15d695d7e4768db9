"""What the Structured Report says in words: the models' calls and the clinical findings."""

from __future__ import annotations

from highdicom.sr import QualitativeEvaluation

from ..answering import Answer
from .codes import call_code, concept, finding_code, word_code


def evaluations(answered: Answer, region: str) -> list[QualitativeEvaluation]:
    """Return the call of each model and the findings that entered; they are of the tumour.

    The words are codes of our own: a system that looks for a coded diagnosis must not find one in
    the call of a model for research.
    """
    from highdicom.sr import QualitativeEvaluation

    if region != answered.prepared.protocol.outlined.name:
        return []
    asked = [
        (finding_code(variable), word_code(variable.name, answered.case.record.get(variable.name)))
        for variable in answered.bundle.protocol.predictors.values()
        if not variable.is_number
    ]
    asked += [
        (call_code(name), word_code("call", result.call))
        for name, result in answered.prediction.models.items()
        if result.probability is not None
    ]
    return [QualitativeEvaluation(concept(name), concept(word)) for name, word in asked]
