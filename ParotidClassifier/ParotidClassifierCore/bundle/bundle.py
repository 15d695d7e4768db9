"""A model bundle: everything that was learnt, as data that is safe to load from a stranger."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..base.errors import BundleError
from ..base.words import listed
from ..models.answers import Limits, limits_by_model, without_answers
from ..models.logistic import LogisticModel
from ..models.reference import Reference
from ..models.refits import Refits
from ..protocol import ColumnKind, ModelSpec, Protocol, RingSettings, column_of
from ..radiomics.engines import RADIOMICS_ENGINE, Engine
from .files import SCHEMA_VERSION, sha256

DEMONSTRATION = "demonstration"
RESEARCH = "research"
KINDS = (DEMONSTRATION, RESEARCH)

_BANNERS = {
    DEMONSTRATION: "demonstration, not for clinical use",
    RESEARCH: "for research, not a medical device",
}
_CAUTION = "The models learnt from simulated CT: a probability says nothing about a patient."
_INPUTS = {
    ColumnKind.RADIOMIC: "radiomics",
    ColumnKind.NETWORK: "deep network",
    ColumnKind.CLINICAL: "clinical findings",
}
_WITH_ALL_PARTS = 4  # the first such schema version
_EARLIER = (
    "> **Made by an earlier version.** Whether a case is like the training cases cannot be told, "
    "values unlike theirs are not bounded, and probabilities have no interval, whatever is said "
    "of intervals below.\n\n"
)


@dataclass(frozen=True)
class TrainingCohort:
    """Who the models learnt from.

    Attributes:
        simulated: whether they are made by the simulation rather than patients.
        description: where they come from, in words.
        fingerprints: the first hex digits of the SHA-256 of each training CT, sorted: who holds
            an image can see that the models learnt from it; nobody else learns anything.
    """

    cases: int
    malignant: int
    simulated: bool
    description: str = ""
    fingerprints: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """One line to stand beside every probability."""
        return f"trained on {self.cases} {'simulated cases' if self.simulated else 'patients'}"

    @property
    def caution(self) -> str:
        """What models of simulated CT do not say of a patient; empty for others."""
        return _CAUTION if self.simulated else ""


@dataclass(frozen=True, kw_only=True)
class BundleSummary:
    """What a user must know of a bundle before choosing it.

    Attributes:
        name: shown with every probability.
        kind: one of KINDS.
        protocol: what the study computes: regions, clinical variables, models.
        model_card: Markdown, as the bundle holds it.
        schema_version: of the files that it was read from.
        path: the folder or .zip that it was read from; None before the bundle is saved.
        bundle_hash: SHA-256 of SHA256SUMS, so of everything; empty before the bundle is saved.
    """

    name: str
    kind: str
    protocol: Protocol
    cohort: TrainingCohort
    intended_use: str
    model_card: str
    schema_version: int = SCHEMA_VERSION
    path: Path | None = field(default=None, compare=False)
    bundle_hash: str = ""

    @property
    def is_demonstration(self) -> bool:
        """Whether this bundle only shows how the method works."""
        return self.kind == DEMONSTRATION

    @property
    def banner(self) -> str:
        """The name and what the bundle is not for, to stand beside every probability."""
        return f"{self.name}: {_BANNERS[self.kind]}"

    @property
    def card(self) -> str:
        """The model card; before it what a bundle lacks that an earlier version made."""
        is_earlier = self.schema_version < _WITH_ALL_PARTS
        return f"{_EARLIER if is_earlier else ''}{self.model_card}"

    @property
    def ring(self) -> RingSettings | None:
        """Width and HU limits of the ring in training."""
        return next((region.ring for region in self.protocol.rings), None)


@dataclass(frozen=True, kw_only=True)
class Bundle(BundleSummary):
    """What was learnt, from whom, and what it is for.

    Attributes:
        models: by name, any of the protocol's in their order.
        thresholds: probability from which a case is called malignant, for each of `models`.
        stacking: how deep features entered the fusion, one of settings.STACKINGS.
        radiomics_yaml: text of the radiomics settings in training.
        network: safetensors content; None if no model reads the network.
        test_figures: by model name, figures of the test set by their name; None for a figure
            that is not defined.
        provenance: software versions, seed, date.
        notes: what a reader must know about the fit.
    """

    models: Mapping[str, LogisticModel]
    thresholds: Mapping[str, float]
    stacking: str
    radiomics_yaml: str
    network: bytes | None = None
    reference: Reference = field(default_factory=Reference)
    refits: Refits = field(default_factory=Refits)
    test_figures: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    provenance: Mapping[str, str | float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def specs(self) -> list[ModelSpec]:
        """What its models are by the protocol."""
        return [self.protocol.models[name] for name in self.models]

    @property
    def columns(self) -> set[str]:
        """The columns that its models read."""
        return {column for model in self.models.values() for column in model.columns}

    @property
    def kinds(self) -> set[ColumnKind | None]:
        """Where the values come from that its models read."""
        return {column_of(column).kind for column in self.columns}

    @property
    def inputs(self) -> list[str]:
        """What its models read, in words."""
        return [words for kind, words in _INPUTS.items() if kind in self.kinds]

    @cached_property
    def answer_limits(self) -> dict[str, Limits | str]:
        """The limits of each model's answers, or why it has none."""
        return limits_by_model(self.specs, self.stacking, self.reference.scores)

    @property
    def lacking(self) -> list[str]:
        """What it cannot tell of a case beside the probabilities, and why, in sentences."""
        domain = self.reference.domain.lacking
        return [*([domain] if domain else []), *without_answers(self.answer_limits)]

    @property
    def fusions(self) -> list[str]:
        """The models that read radiomic features and the network."""
        return [spec.name for spec in self.specs if spec.radiomics and spec.network]

    @property
    def reads_image(self) -> bool:
        """Whether a model needs more than the clinical findings."""
        return any(model.image_columns for model in self.models.values())

    @property
    def radiomics_hash(self) -> str:
        """SHA-256 of the radiomics settings."""
        return sha256(self.radiomics_yaml.encode())

    @property
    def radiomics_engine(self) -> str | None:
        """What measured the radiomic features in training, such as "built-in 1"; None if none did.

        A bundle of a time with one engine names PyRadiomics among its libraries.
        """
        if ColumnKind.RADIOMIC not in self.kinds:
            return None
        version = self.provenance.get(Engine.PYRADIOMICS.value, "")
        earlier = f"{Engine.PYRADIOMICS.value} {version}".rstrip()
        return str(self.provenance.get(RADIOMICS_ENGINE, earlier))

    def weights(self) -> bytes:
        """Return the weights of the network.

        Raises:
            BundleError: this bundle holds no network.
        """
        if self.network is None:
            raise BundleError(
                f"The model bundle {self.name} holds no network.",
                "Use a bundle with the models that end in DL.",
            )
        return self.network


def protocol_text(bundle: Bundle) -> str:
    """Return what the protocol says of what a bundle holds, in words, as Markdown."""
    protocol = bundle.protocol
    regions = [
        f"**{r.name}**: {f'ring of {r.ring_words}' if r.ring else 'outlined by hand'}"
        for r in protocol.regions.values()
        if bundle.reads_image
    ]
    read = {name for spec in bundle.specs for name in spec.clinical}
    predictors = [
        f"**{v.label}**{f': {v.definition}' if v.definition else ''}"
        for v in protocol.predictors.values()
        if v.name in read
    ]
    models = [f"**{m.name}**: {model_words(m, protocol)}" for m in bundle.specs]
    source = f"\n\nSource: {protocol.source}" if protocol.source else ""
    lists = {"Regions": regions, "Clinical findings that models read": predictors, "Models": models}
    return "\n\n".join(
        [
            f"## Study protocol {protocol.name}\n\n{protocol.title}{source}",
            *(f"{title}:\n\n- " + "\n- ".join(lines) for title, lines in lists.items() if lines),
        ]
    )


def model_words(model: ModelSpec, protocol: Protocol) -> str:
    """Return what a model reads, as in "radiomic features of Tumor; the network on Tumor"."""
    parts = {
        "radiomic features of ": model.radiomics,
        "the network on ": model.network,
        "log-odds of ": model.log_odds,
        "": [protocol.clinical[name].phrase for name in model.clinical],
    }
    return "; ".join(f"{what}{listed(names)}" for what, names in parts.items() if names)


def bundle_info(bundle: Bundle) -> dict[str, Any]:
    """Return what `bundle info` shows, as plain values."""
    cohort = {"line": bundle.cohort.line, **asdict(bundle.cohort)}
    del cohort["fingerprints"]
    return {
        "name": bundle.name,
        "kind": bundle.kind,
        "banner": bundle.banner,
        "hash": bundle.bundle_hash,
        "schema_version": bundle.schema_version,
        "intended_use": bundle.intended_use,
        "training_cohort": cohort,
        "protocol": bundle.protocol.as_json(),
        "stacking": bundle.stacking,
        "radiomics_sha256": bundle.radiomics_hash,
        "network_bytes": None if bundle.network is None else len(bundle.network),
        "models": {
            name: {"columns": list(model.columns), "threshold": bundle.thresholds[name]}
            for name, model in bundle.models.items()
        },
        "intervals": bundle.refits.line,
        "lacking": bundle.lacking,
        "test_figures": {name: dict(figures) for name, figures in bundle.test_figures.items()},
        "provenance": dict(bundle.provenance),
        "notes": list(bundle.notes),
    }
