"""Curves and counts: ROC, calibration, decision, calls, and the nomogram."""

from ...statistics.results import SetFigures, Table
from ..figures.clinical import nomogram_figure
from ..figures.performance import calibration_figure, confusion_figure, decision_figure, roc_figure
from ..parts import Drawing, Listing, Paragraph, Section
from ..study import Study

_ROC_CAPTIONS = {
    "test": "ROC curves on the test cases, with the AUC.",
    "out_of_fold": "ROC curves on the training cases, each judged by models that had not seen it.",
    "training": "ROC curves on the training cases by the models that learnt from them: apparent "
    "performance, which is always too good.",
}
_COLORS = "Colour tells the regions, dashes the method."


def roc(study: Study) -> Section:
    """Return the ROC curves of every set."""
    grey = f" Grey: {study.reference}." if study.reference else ""
    drawings = tuple(
        Drawing(
            f"roc_{name}",
            roc_figure(figures, study.protocol, study.banner),
            f"{_ROC_CAPTIONS[name]} {_COLORS}{grey}",
            f"ROC curves, {figures.title}",
        )
        for name, figures in study.sets.items()
    )
    return Section("roc", "ROC curves", drawings, probabilities=True)


def calibration(study: Study) -> Section:
    """Return the calibration curves of the main set."""
    parts = (
        Paragraph(
            "A model is calibrated where the points lie on the dashed line: of cases with a "
            "probability of 0.3, three in ten are malignant. Below the line a model says too much, "
            "above it too little."
        ),
        Drawing(
            "calibration",
            calibration_figure(study.main, study.protocol, study.banner),
            f"Calibration, {study.main.title}. Points: groups of cases with Wilson's 95 % "
            "interval; line and band: smoothed, with its 95 % interval point by point.",
            "Calibration curves",
        ),
    )
    return Section("calibration", "Calibration", parts, probabilities=True)


def decision(study: Study) -> Section:
    """Return the decision curves of the main set."""
    parts = (
        Paragraph(
            "Net benefit counts malignant tumours found, less benign ones called malignant, "
            "weighed by the threshold probability at which one would act. A model is of use where "
            "its curve lies above both treating all tumours as malignant (all) and none of them "
            "(none)."
        ),
        Drawing(
            "decision",
            decision_figure(study.main, study.protocol, study.banner),
            f"Decision curves, {study.main.title}. {_COLORS}",
            "Decision curves",
        ),
        Listing("net_benefit", _net_benefit(study.main), on_page=False),
    )
    return Section("decision", "Decision curves", parts, probabilities=True)


def _net_benefit(figures: SetFigures) -> Table:
    curves = [figures.net_benefit_of_all, *(m.net_benefit for m in figures.models.values())]
    rows = tuple(
        (float(threshold), *(float(curve[i]) for curve in curves))
        for i, threshold in enumerate(figures.decision_thresholds)
    )
    return Table(f"Net benefit, {figures.title}", ("threshold", "all", *figures.models), rows)


def confusion(study: Study) -> Section:
    """Return the calls against the outcomes of the main set."""
    drawing = Drawing(
        "confusion",
        confusion_figure(study.main, study.banner),
        f"Calls at each model's threshold against the outcome, {study.main.title}. The darker a "
        "cell, the larger its share of the row.",
        "Confusion matrices",
    )
    return Section("confusion", "Confusion matrices", (drawing,), probabilities=True)


def nomogram(study: Study) -> Section | None:
    """Return the nomogram; None where there is no model for one."""
    if study.evaluation.nomogram is None:
        return None
    parts = (
        Paragraph(
            "Read the points of each input on the first ruler, add them up, and read the "
            "probability below the total. It shows how the inputs weigh against each other; to "
            "compute a probability, use the program."
        ),
        Drawing(
            "nomogram",
            nomogram_figure(study.evaluation.nomogram, study.banner),
            "Nomogram: a logistic model as sums of points.",
            "Nomogram",
        ),
    )
    return Section("nomogram", "Nomogram", parts, probabilities=True)
