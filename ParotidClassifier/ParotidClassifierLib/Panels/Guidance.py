"""The line at the top of the panel: what comes next."""

from ParotidClassifierCore.base.errors import ClinicalValueError
from slicer.i18n import tr as _

from ..Scene.Parameters import clinicalRecord


def nextStep(logic, parameterNode) -> str:
    """Return one sentence for someone who opens the module for the first time."""
    if parameterNode is None:
        return ""
    if parameterNode.ct is None:
        return _("Choose the enhanced CT under 1. Case, or try a sample case.")
    if any(finding.severity.value == "error" for finding in logic.caseFindings(parameterNode)):
        return _("The case cannot be classified as it is: see what is crossed under 1. Case.")
    if logic.ringFollower.drawn is None:
        return _("Outline the tumour under 2. Tumour: draw it, or take an outline that is loaded.")
    if logic.isRunning:
        return _("The case is being classified. You can go on looking at the images.")
    if logic.result(parameterNode) is None:
        return _beforeTheFirstResult(parameterNode)
    if logic.outOfDate(parameterNode):
        return _("The case changed. Classify it again under 5. Classify.")
    return _("The result stands under 6. Result.")


def _beforeTheFirstResult(parameterNode) -> str:
    if _isAnswered(parameterNode):
        return _("Everything is there: classify the case under 5. Classify.")
    return _(
        "Look at the ring under 3. Ring, answer the three questions under 4. Clinical findings, "
        "then classify."
    )


def _isAnswered(parameterNode) -> bool:
    try:
        predictors = clinicalRecord(parameterNode).coded()
    except ClinicalValueError:  # told by the panel of the clinical findings
        return False
    return None not in predictors.values()
