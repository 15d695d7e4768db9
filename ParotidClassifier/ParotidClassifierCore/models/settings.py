"""How the models are fitted: every number that is a choice."""

from dataclasses import dataclass, field

from ..base.errors import UsageError
from ..protocol import Protocol

CROSS_FITTED = "cross-fitted"
PAPER = "paper"
STACKINGS = (CROSS_FITTED, PAPER)

# What the network gives to the models that read radiomic features too, in a sentence.
STACKING_LINES = {
    CROSS_FITTED: "What of the network enters a fusion: out-of-fold logits of networks that each "
    "left a fold out (stacking cross-fitted).",
    PAPER: "What of the network enters a fusion: the deep features that the one network gives the "
    "cases it has learnt from, selected together with the radiomic columns (stacking paper), so "
    "the fusions lean on the network too much.",
}
THRESHOLDS = (
    "A case is called malignant from its model's threshold on: Youden's (largest sensitivity + "
    "specificity - 1) on out-of-fold probabilities of the training cases, of equally good ones the "
    "lowest."
)
IMBALANCE = (
    "Cases are neither weighted nor resampled by class: not in LASSO, not in the logistic models, "
    "not in the network. Folds keep the share of each class, probabilities follow the share of "
    "malignant cases in the training cohort, and the threshold answers for the imbalance."
)

# Resamples of the test set for the intervals of its figures.
BOOTSTRAPS = 2000

# Combined reads a fusion, which reads a radiomic model, each on folds of its own: three folds are
# held out at a time, and at least two must be left to choose features in.
MIN_FOLDS = 5


@dataclass(frozen=True)
class SelectionSettings:
    """From all radiomic columns to a signature (Shen et al. 2026 unless said otherwise).

    Attributes:
        min_agreement: columns with a reader agreement (ICC) at or below this are dropped.
        max_correlation: of two columns with a larger |Pearson r| one is dropped.
        max_columns: most columns of a signature.
        lasso_folds: folds of LASSO's cross-validation.
        lasso_steps: number of penalties tried (decided here).
        lasso_smallest_share: smallest penalty as a share of the one at which the first column
            enters (decided here: below it hundreds of columns enter and only 20 may stay).
    """

    min_agreement: float = 0.9
    max_correlation: float = 0.95
    max_columns: int = 20
    lasso_folds: int = 10
    lasso_steps: int = 60
    lasso_smallest_share: float = 0.05


@dataclass(frozen=True)
class ModelTrainingSettings:
    """How the models are fitted.

    Attributes:
        stacking: "cross-fitted": the network's part of a fusion is fitted on out-of-fold logits;
            "paper": its part are the deep features that the one network gives the cases it has
            learnt from, selected together with the radiomic columns.
        folds: folds in which the penalty is chosen, and of the out-of-fold probabilities.
        penalties: values of C, the inverse L2 penalty, for models on selected columns to choose
            from (decided here).
        few_inputs_penalty: C of the others, on logits, log-odds and findings, and of the line that
            log-odds of selected columns are put on (decided here): so weak that it only keeps
            coefficients finite.
        min_cases_per_class: fewer cases of a class are refused unless `force`.
        force: fit although a class is smaller; recorded in the result's notes.
        seed: of every fold and resample.
        refits: resamples of the training cases on which all models are fitted again, for the
            intervals of their probabilities (decided here).
    """

    stacking: str = CROSS_FITTED
    folds: int = 5
    penalties: tuple[float, ...] = tuple(10.0**power for power in range(-4, 4))
    few_inputs_penalty: float = 10.0
    min_cases_per_class: int = 10
    force: bool = False
    seed: int = 0
    refits: int = 200
    selection: SelectionSettings = field(default_factory=SelectionSettings)

    def __post_init__(self) -> None:
        if self.stacking not in STACKINGS:
            raise UsageError(
                f"{self.stacking!r} is not a way of stacking.",
                f"Use one of {', '.join(STACKINGS)}.",
            )
        if min(self.folds, self.selection.lasso_folds) < MIN_FOLDS or not self.penalties:
            raise UsageError(
                "The settings of the model fit have too few folds or no penalty.",
                f"Give folds and lasso_folds of at least {MIN_FOLDS} and one penalty or more.",
            )

    def stacked_on(self, model: str, protocol: Protocol) -> tuple[str, ...]:
        """Return the models whose log-odds a model of the protocol is fitted on."""
        parts = () if self.stacking == PAPER else protocol.parts(model)
        return (*parts, *protocol.models[model].log_odds)
