"""What the models of one bundle say about one case."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass

from .. import __version__
from ..base.versions import library_versions
from ..bundle.bundle import Bundle
from ..case.grid import PreparedCase
from ..imaging.findings import DEMONSTRATION, QualityFinding, info, other_ring, warning
from ..imaging.side import NOT_DETERMINED
from ..models.answers import with_answers
from ..models.applicability import Applicability, applicability_of
from ..models.domain import DomainStatus
from ..models.probabilities import ModelResult, probabilities
from ..models.refits import with_intervals
from ..models.words import model_to_show, no_probability
from ..network.device import CPU, CUDA, choose_device
from ..protocol import ClinicalRecord, ColumnKind, Protocol, RingSettings
from ..radiomics.engines import RADIOMICS_ENGINE, RADIOMICS_ENGINE_OF_TRAINING, Engine


@dataclass(frozen=True)
class Prediction:
    """What the models of one bundle say about one case.

    Attributes:
        bundle: name, hash, training cohort and intended use of the bundle.
        banner: one line to stand wherever a probability is shown.
        models: all of the protocol, in their order.
        findings: what speaks against, or should be known about, relying on the result.
        inputs: the clinical findings in words, how the ring came about, and what was taken as an
            outline; without images the findings alone.
        ring: volumes in mm³ and the share of the shell removed by the HU limits, of rings beside
            the first after their names; empty without images.
        features: the columns that entered the models and their values.
        acquisition: the CT's DICOM series and what its headers say; None for other files.
        side: of the body that the tumour lies on, in words.
    """

    bundle: dict[str, object]
    protocol: Protocol
    banner: str
    models: dict[str, ModelResult]
    applicability: Applicability
    findings: tuple[QualityFinding, ...]
    inputs: dict[str, object]
    ring: dict[str, float]
    features: dict[str, float | None]
    timings_s: dict[str, float]
    software: dict[str, str]
    acquisition: dict[str, object] | None = None
    side: str = NOT_DETERMINED

    @property
    def is_outside(self) -> bool:
        """Whether what the models say cannot be relied on."""
        return self.applicability.domain.status is DomainStatus.OUTSIDE

    @property
    def headline(self) -> tuple[str, ModelResult]:
        """The model to show first."""
        reasons = {name: result.unavailable for name, result in self.models.items()}
        name = model_to_show(self.protocol, reasons)
        return name, self.models[name]

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """The protocol's words for its models, and by column for what is known of their inputs."""
        return {
            "models": {name: self.protocol.plain(name) for name in self.protocol.models},
            "inputs": self.protocol.phrases(self.inputs),
        }

    def as_dict(self) -> dict[str, object]:
        """Return the prediction as it is written to prediction.json."""
        return {
            "bundle": self.bundle,
            "headline": self.headline[0],
            "models": plain_models(self.models),
            "applicability": self.applicability.as_dict(),
            "findings": [finding.as_dict() for finding in self.findings],
            "inputs": self.inputs,
            "words": self.words,
            "side": self.side,
            "ring": self.ring,
            "timings_s": self.timings_s,
            "software": self.software,
            **({} if self.acquisition is None else {"acquisition": self.acquisition}),
        }


def predict_from_findings(record: ClinicalRecord, bundle: Bundle) -> Prediction:
    """Return what a bundle that reads no image says of clinical findings alone."""
    return judged(bundle, record, bundle.protocol.coded(record), None, None)


def judged(
    bundle: Bundle,
    record: ClinicalRecord,
    values: dict[str, float | None],
    ring: RingSettings | None,
    spacing: tuple[float, float, float] | None,
) -> Prediction:
    """Return what the models say of the values of a case, with nothing of its images."""
    results = probabilities(bundle.protocol, bundle.models, values, bundle.thresholds)
    results = with_intervals(results, bundle.models, bundle.refits, values)
    results = with_answers(results, bundle.answer_limits)
    likeness = applicability_of(bundle.protocol, bundle.reference, values, results, spacing)
    words = bundle.protocol.words(record)
    return Prediction(
        bundle=bundle_identity(bundle),
        protocol=bundle.protocol,
        banner=bundle.banner,
        models=results,
        applicability=likeness,
        findings=tuple(_bundle_findings(bundle, ring, likeness, results)),
        inputs={v.name: words[v.name] for v in bundle.protocol.predictors.values()},
        ring={},
        features={column: values[column] for column in sorted(bundle.columns & values.keys())},
        timings_s={},
        software=software_of(bundle),
    )


def bundle_identity(bundle: Bundle) -> dict[str, object]:
    """Return what says which bundle a probability came from, and what that bundle is for."""
    return {
        "name": bundle.name,
        "hash": bundle.bundle_hash,
        "kind": bundle.kind,
        "protocol": bundle.protocol.name,
        "stacking": bundle.stacking,
        "banner": bundle.banner,
        "training_cohort": bundle.cohort.line,
        "intended_use": bundle.intended_use,
    }


def ring_report(prepared: PreparedCase) -> dict[str, float]:
    """Return volumes in mm³ (the grid has voxels of 1 mm³) and the shares removed by HU."""
    grid, rings = prepared.grid, list(prepared.automatic.items())
    before = {name: f"{name}_" if place else "" for place, (name, _) in enumerate(rings)}
    return {
        **{f"{before[name]}volume_mm3": float(grid.mask(name).sum()) for name, _ in rings},
        "tumor_volume_mm3": float(grid.tumor.sum()),
        **{f"{before[n]}removed_by_hu_fraction": r.removed_by_hu_fraction for n, r in rings},
    }


def volumes_mm3(report: Mapping[str, float], protocol: Protocol) -> dict[str, float]:
    """Return the volume of each region by its name, of what `ring_report` gave."""
    of_rings = (f"{ring.name}_" if place else "" for place, ring in enumerate(protocol.rings))
    keys = ("tumor_volume_mm3", *(f"{before}volume_mm3" for before in of_rings))
    return {region: report[key] for region, key in zip(protocol.regions, keys, strict=True)}


def compared(prediction: Prediction) -> dict[str, object]:
    """Return as plain values what is kept of a prediction that another is compared with."""
    return {
        "models": plain_models(prediction.models),
        "applicability": {"domain": prediction.applicability.domain.as_dict()},
        "findings": [finding.as_dict() for finding in prediction.findings],
        "words": prediction.words,
    }


def plain_models(models: Mapping[str, ModelResult]) -> dict[str, dict[str, object]]:
    """Return what the models say as plain values, by model."""
    return {name: _plain(result) for name, result in models.items()}


def _plain(result: ModelResult) -> dict[str, object]:
    if result.probability is None:
        return {"unavailable": result.unavailable}
    certain = (
        {"no_interval": result.no_interval}
        if result.interval is None
        else {"interval": list(result.interval)}
    )
    return {
        "probability": result.probability,
        **certain,
        "threshold": result.threshold,
        "call": result.call,
        **(
            {"no_answer": result.no_answer}
            if result.answer_limits is None
            else {"answer": result.answer, "answer_limits": list(result.answer_limits)}
        ),
        "log_odds": result.log_odds,
        "intercept": result.intercept,
        "contributions": dict(result.contributions),
    }


def software_of(
    bundle: Bundle,
    engine: Engine = Engine.BUILT_IN,
    device: str = CPU,
    training: bool = False,
) -> dict[str, str]:
    """Return the versions behind what a bundle says, and the engine of its training if another.

    What its models do not read depends on no engine and no device.

    Args:
        engine: that measures the radiomic features.
        device: of the network: "cpu", "cuda" or "auto".
        training: whether these versions have trained the bundle.

    Raises:
        MissingPackageError: the engine is not installed.
        DeviceUnavailableError: "cuda" on a machine without a GPU.
    """
    measured = {RADIOMICS_ENGINE: engine.identity} if ColumnKind.RADIOMIC in bundle.kinds else {}
    has_network = bundle.network is not None
    by_torch = has_network and (training or choose_device(device) == CUDA)
    versions = {"ParotidClassifierCore": __version__, **measured}
    versions |= {"python": platform.python_version(), **library_versions(by_torch)}
    trained = bundle.radiomics_engine
    if measured and not training and trained not in (None, engine.identity):
        versions[RADIOMICS_ENGINE_OF_TRAINING] = trained
    return versions


def _bundle_findings(
    bundle: Bundle,
    ring: RingSettings | None,
    likeness: Applicability,
    results: Mapping[str, ModelResult],
) -> list[QualityFinding]:
    reference = bundle.protocol.reference
    lacking = results[reference].unavailable if reference else None
    findings = (
        other_ring(bundle.ring, ring),
        *likeness.findings(),
        lacking and info("no_combined", no_probability(bundle.protocol.plain(reference), lacking)),
        warning(DEMONSTRATION, f"{bundle.banner}.") if bundle.is_demonstration else None,
    )
    return [finding for finding in findings if finding is not None]
