"""A study: a bundle, how it was trained and how it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..base.words import listed
from ..bundle.bundle import Bundle
from ..models.settings import ModelTrainingSettings
from ..models.training import FittedModels
from ..network.records import EpochRecord
from ..protocol import Protocol
from ..statistics.intraclass import ReaderAgreement
from ..statistics.results import Evaluation, ModelFigures, SetFigures, Steadiness

_NOT_FOR = "simulated CT, demonstration, not for clinical use"


@dataclass(frozen=True)
class TrainingDetails:
    """How the models of a bundle came about.

    Attributes:
        agreement: comparisons of two readings, one or more; empty if none was made.
        columns: (p,) radiomic columns that `agreement` is over.
        stacking: one of settings.STACKINGS.
        seeds: by what they are for.
        minutes: the training took; None if unknown.
        fold_histories: one a fold, the epochs of its network; empty without a network.
        final_history: of the network that is kept.
        epochs: the kept network was trained for.
        candidate_losses: loss on held-out cases by the number of epochs tried; empty if fixed.
        network_settings: of the network's training, by name.
    """

    fitted: FittedModels
    agreement: tuple[ReaderAgreement, ...]
    columns: tuple[str, ...]
    stacking: str
    seeds: Mapping[str, int]
    minutes: float | None = None
    fold_histories: tuple[tuple[EpochRecord, ...], ...] = ()
    final_history: tuple[EpochRecord, ...] = ()
    epochs: int = 0
    candidate_losses: Mapping[int, float] = field(default_factory=dict)
    network_settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """What a report is made of.

    Attributes:
        training: None where an existing bundle is evaluated.
        cohort_name: shown in the report.
        simulated: the cases of this cohort are; the bundle says itself what it learnt from.
        software: versions that the figures were computed with.
        notes: what a reader must know beside the bundle's own notes.
        steadiness: how far changes that nobody can see moved test cases; None if not measured.
    """

    bundle: Bundle
    evaluation: Evaluation
    training: TrainingDetails | None
    cohort_name: str
    simulated: bool
    software: Mapping[str, str]
    notes: tuple[str, ...] = ()
    steadiness: Steadiness | None = None

    @property
    def banner(self) -> str:
        """The bundle's name, what it is not for, and that the cases are simulated."""
        if not self.simulated:
            return self.bundle.banner
        if self.bundle.is_demonstration:
            return f"{self.bundle.name}: {_NOT_FOR}"
        return f"{self.bundle.banner}; tested on simulated CT"

    @property
    def title(self) -> str:
        """What the models read, and what they are asked."""
        read = listed(self.bundle.inputs)
        where = " on contrast-enhanced CT" if self.bundle.reads_image else ""
        return f"{read[:1].upper()}{read[1:]}{where}: is a parotid tumour malignant?"

    @property
    def caution(self) -> str:
        """What figures of simulated CT do not mean; empty where all cases are patients."""
        if self.simulated:
            return (
                "The CT of these cases is simulated. The figures show that the method runs and how "
                "hard the simulation is; they say nothing about patients."
            )
        learnt = self.bundle.cohort.caution
        of_patients = "The figures only show how patients differ from the simulation."
        return f"{learnt} {of_patients}" if learnt else ""

    @property
    def protocol(self) -> Protocol:
        """What the study computes."""
        return self.bundle.protocol

    @property
    def reference(self) -> str:
        """The model that others are compared with; empty where the bundle holds none."""
        reference = self.protocol.reference
        return reference if reference in self.bundle.models else ""

    @property
    def model_settings(self) -> ModelTrainingSettings:
        """How the models were fitted; as this software does where an existing bundle is judged."""
        return ModelTrainingSettings() if self.training is None else self.training.fitted.settings

    @property
    def sets(self) -> dict[str, SetFigures]:
        """Sets of cases with figures, by a short name; the one that counts most comes first."""
        evaluation = self.evaluation
        named = {
            "test": evaluation.test,
            "out_of_fold": evaluation.out_of_fold,
            "training": evaluation.training,
        }
        return {name: figures for name, figures in named.items() if figures is not None}

    @property
    def main(self) -> SetFigures | None:
        """The set that says most about new cases: test, else out of fold, else training."""
        return next(iter(self.sets.values()), None)

    @property
    def headline(self) -> ModelFigures | None:
        """The model that stands first among those that judged any case."""
        judged = {} if self.main is None else self.main.models
        shown = self.protocol.first_shown(name for name, model in judged.items() if model.cases)
        return judged.get(shown)
