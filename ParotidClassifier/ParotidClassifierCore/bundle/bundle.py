"""A model bundle: everything that was learnt, as data that is safe to load from a stranger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..base.errors import BundleError
from ..imaging.ring import RingSettings
from ..models.logistic import LogisticModel
from ..models.reference import Reference
from ..models.refits import Refits
from ..models.scatter import image_columns
from ..protocol import Protocol, shen2026
from .files import sha256

SCHEMA_VERSION = 2

DEMONSTRATION = "demonstration"
RESEARCH = "research"
KINDS = (DEMONSTRATION, RESEARCH)

_BANNERS = {
    DEMONSTRATION: "demonstration, not for clinical use",
    RESEARCH: "for research, not a medical device",
}


@dataclass(frozen=True)
class TrainingCohort:
    """Who the models learnt from.

    Attributes:
        cases: number of training cases.
        malignant: how many of them are malignant.
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


@dataclass(frozen=True)
class Bundle:
    """What was learnt, from whom, and what it is for.

    Attributes:
        name: shown with every probability.
        kind: "demonstration" or "research".
        models: by name, any subset of ELEVEN_MODELS in their order.
        thresholds: probability from which a case is called malignant, for each of `models`.
        stacking: how deep features entered the fusion, one of settings.STACKINGS.
        ring: width and HU limits of the ring in training.
        radiomics_yaml: text of the radiomics settings in training.
        cohort: the training cohort.
        intended_use: in words.
        model_card: Markdown.
        network: safetensors content; None if no model reads the network.
        reference: training distributions.
        refits: the models on resamples of the training cases, for the intervals.
        test_figures: by model name, figures of the test set by their name; None for a figure
            that is not defined.
        provenance: software versions, seed, date, as texts and numbers.
        notes: what a reader must know about the fit.
        protocol: what the study computes: regions, clinical variables, models.
        schema_version: of the files that it was read from.
        bundle_hash: SHA-256 of SHA256SUMS, so of everything; empty before the bundle is saved.
    """

    name: str
    kind: str
    models: Mapping[str, LogisticModel]
    thresholds: Mapping[str, float]
    stacking: str
    ring: RingSettings
    radiomics_yaml: str
    cohort: TrainingCohort
    intended_use: str
    model_card: str
    network: bytes | None = None
    reference: Reference = field(default_factory=Reference)
    refits: Refits = field(default_factory=Refits)
    test_figures: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    provenance: Mapping[str, str | float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    protocol: Protocol = field(default_factory=shen2026)
    schema_version: int = SCHEMA_VERSION
    bundle_hash: str = ""

    @property
    def is_demonstration(self) -> bool:
        """Whether this bundle only shows how the method works."""
        return self.kind == DEMONSTRATION

    @property
    def banner(self) -> str:
        """The bundle's name and what it is not for, to stand beside every probability."""
        return banner_of(self.name, self.kind)

    @property
    def reads_image(self) -> bool:
        """Whether a model needs more than the clinical findings."""
        return any(image_columns(model) for model in self.models.values())

    @property
    def radiomics_hash(self) -> str:
        """SHA-256 of the radiomics settings."""
        return sha256(self.radiomics_yaml.encode())

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


def banner_of(name: str, kind: str) -> str:
    """Return the banner of the bundle `name`, which is of the kind `kind`, one of KINDS."""
    return f"{name}: {_BANNERS[kind]}"


def bundle_info(bundle: Bundle) -> dict[str, Any]:
    """Return what `bundle info` shows, as plain values."""
    return {
        "name": bundle.name,
        "kind": bundle.kind,
        "banner": bundle.banner,
        "hash": bundle.bundle_hash,
        "schema_version": bundle.schema_version,
        "intended_use": bundle.intended_use,
        "training_cohort": {
            "line": bundle.cohort.line,
            "cases": bundle.cohort.cases,
            "malignant": bundle.cohort.malignant,
            "simulated": bundle.cohort.simulated,
            "description": bundle.cohort.description,
        },
        "protocol": bundle.stacking,
        "ring": {"width_mm": bundle.ring.width_mm, "hu_range": list(bundle.ring.hu_range)},
        "radiomics_sha256": bundle.radiomics_hash,
        "network_bytes": None if bundle.network is None else len(bundle.network),
        "models": {
            name: {"columns": list(model.columns), "threshold": bundle.thresholds[name]}
            for name, model in bundle.models.items()
        },
        "intervals": bundle.refits.line,
        "test_figures": {name: dict(figures) for name, figures in bundle.test_figures.items()},
        "provenance": dict(bundle.provenance),
        "notes": list(bundle.notes),
    }
