"""The first page: the figure that counts, in words."""

from ...base.words import counted
from ...models.answers import ERROR_RATE
from ...statistics.results import ModelFigures
from ..figures.performance import auc_figure
from ..optimism import optimism_table
from ..parts import Caution, Drawing, Listing, Paragraph, Part, Section
from ..study import Study
from ..words import interval, number

# What a reader must know of the set that the figures are of.
_SETS = {
    "test": "Nothing was learnt from the test cases in this study.",
    "out_of_fold": "There were no test cases: each training case was judged by models that had not "
    "seen it. That is less trustworthy than a test.",
    "training": "There were no test cases: these cases are the ones the models learnt from, so "
    "every figure is too good.",
}
_NO_DECISION = (
    "No probability of these models may decide about a patient's treatment. They are research "
    "software and have not been assessed as a medical device."
)


def summary(study: Study) -> Section:
    """Return the summary: the main figure, what it means and what it does not mean."""
    parts: list[Part] = []
    best, main = study.headline, study.main
    if best is None or main is None:
        parts.append(Caution("No case could be judged, so there is no figure of performance."))
    else:
        parts += [
            Paragraph(_main_figure(best), lead=True),
            Listing("optimism", optimism_table(study.evaluation)),
            Paragraph(_calls(best)),
            *([Paragraph(_answers(best))] if best.answers else []),
            Paragraph(_SETS[next(iter(study.sets))]),
            Paragraph(_meaning(best)),
            Caution(study.caution or _NO_DECISION),
            Drawing(
                "auc",
                auc_figure(main, study.protocol, study.banner),
                "AUC of every model with DeLong's 95 % interval, on the logit scale. The dashed "
                "line is chance.",
                f"AUCs of {counted(len(main.models), 'model')} with intervals",
            ),
        ]
    parts.append(Paragraph(f"Intended use of the bundle: {study.bundle.intended_use}"))
    return Section("summary", "Summary", tuple(parts), probabilities=True)


def _main_figure(best: ModelFigures) -> str:
    if best.auc.value is None:
        return f"{best.name}: the AUC is not defined for these cases, because all have one outcome."
    return (
        f"{best.name} reached an AUC of {number(best.auc.value, 2)} (95 % interval "
        f"{interval(best.auc, 2)}) on {counted(best.cases, 'case')}, {best.malignant} of them "
        "malignant."
    )


def _calls(best: ModelFigures) -> str:
    cells = best.confusion
    benign = best.cases - best.malignant
    return (
        f"At its threshold of {number(best.threshold, 2)} it called {cells.true_positives} of "
        f"{counted(best.malignant, 'malignant tumour')} malignant and missed "
        f"{cells.false_negatives}; of {counted(benign, 'benign tumour')} it called "
        f"{cells.false_positives} malignant."
    )


def _answers(best: ModelFigures) -> str:
    answers = best.answers
    definite = answers["all"].definite
    benign, malignant = (number(answers[of].covered.value, 2) for of in ("benign", "malignant"))
    return (
        f"As benign or malignant, and not indeterminate, it answered a share of "
        f"{number(definite.value, 2)} ({interval(definite, 2)}) of the cases. Of the benign ones "
        f"{benign} were not answered malignant, of the malignant ones {malignant} not benign; at "
        f"least {1 - ERROR_RATE:.2f} should be."
    )


def _meaning(best: ModelFigures) -> str:
    if best.auc.value is None:
        return "What the model says of single cases is in the figures below."
    return (
        "What this means: of one malignant and one benign tumour taken at random, the malignant "
        f"one gets the higher probability about {best.auc.value * 100:.0f} times in 100, where a "
        "tie counts half. What it does not mean: that a probability of 0.8 is right in 8 of 10 "
        "patients (see Calibration), or that the models do as well in another hospital."
    )
