"""One case and one bundle → the probabilities of the eleven models."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import metadata

from .. import __version__
from ..base.progress import Progress, part, silent
from ..bundle.bundle import Bundle
from ..case.acquisition_findings import acquisition_findings
from ..case.grid import PreparedCase
from ..case.loading import Case
from ..dicom.source import SourceSeries
from ..imaging.findings import (
    FIRST_CODES,
    QualityFinding,
    Severity,
    first_ones_first,
    info,
    other_ring,
    warning,
)
from ..imaging.origin import origin_of
from ..imaging.ring import RingSettings
from ..imaging.side import NOT_DETERMINED, side_words
from ..models.applicability import Applicability, applicability_of
from ..models.probabilities import ModelResult, probabilities
from ..models.refits import with_intervals
from ..models.words import bundle_line, model_to_show
from ..protocol.names import COMBINED
from ..protocol.record import ClinicalRecord
from .stages import Stages

DEMONSTRATION_FINDING = "demonstration_bundle"
_LIBRARIES = ("numpy", "scipy", "SimpleITK", "pyradiomics", "torch")


@dataclass(frozen=True)
class Prediction:
    """What the models of one bundle say about one case.

    Attributes:
        bundle: name, hash, training cohort and intended use of the bundle.
        banner: one line to stand wherever a probability is shown.
        models: all eleven, in their order.
        applicability: how like the training cases this case is.
        findings: what speaks against, or should be known about, relying on the result.
        inputs: the clinical findings in words, how the ring came about, and what was taken as an
            outline; without images the findings alone.
        ring: volumes in mm³ and the share of the shell removed by the HU limits; empty without
            images.
        features: the columns that entered the models and their values.
        timings_s: wall time of each stage.
        software: versions.
        acquisition: the CT's DICOM series and what its headers say; None for other files.
        side: of the body that the tumour lies on, in words.
    """

    bundle: dict[str, object]
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
    def headline(self) -> tuple[str, ModelResult]:
        """The model to show first: Combined, or without clinical inputs the best image model."""
        name = model_to_show({n: result.unavailable for n, result in self.models.items()})
        return name, self.models[name]

    @property
    def first_findings(self) -> list[QualityFinding]:
        """What is told before any probability: it puts in doubt that there is one to tell."""
        return [finding for finding in self.findings if finding.code in FIRST_CODES]

    @property
    def bundle_line(self) -> str:
        """What stands wherever a probability is shown: bundle, training cohort, intended use."""
        return bundle_line(self.bundle)

    def as_dict(self) -> dict[str, object]:
        """Return the prediction as it is written to prediction.json."""
        return {
            "bundle": self.bundle,
            "models": plain_models(self.models),
            "applicability": self.applicability.as_dict(),
            "findings": [finding.as_dict() for finding in self.findings],
            "inputs": self.inputs,
            "side": self.side,
            "ring": self.ring,
            "timings_s": self.timings_s,
            "software": self.software,
            **({} if self.acquisition is None else {"acquisition": self.acquisition}),
        }


@dataclass
class _Stopwatch:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def predict(
    case: Case,
    bundle: Bundle,
    ring: RingSettings | None = None,
    device: str = "cpu",
    progress: Progress = silent,
    stages: Stages | None = None,
) -> tuple[PreparedCase, Prediction]:
    """Classify a case.

    Args:
        case: CT, outlines and clinical record, as loaded.
        bundle: the models.
        ring: None for the ring that the bundle was trained with.
        device: "cpu", "cuda" or "auto".
        progress: told the fraction done and the step at hand, before every stage.
        stages: keep what they gave before; None to begin with nothing.

    Returns:
        The case on its working grid, and the prediction.

    Raises:
        ParotidClassifierError: the case cannot be used, or the device is not there.
    """
    if device != "cpu":
        from ..network.device import choose_device

        choose_device(device)  # says so at once if it is not there
    stages = stages or Stages()
    watch = _Stopwatch()
    ring = ring or bundle.ring
    progress(0.0, "grid and ring")
    with watch.stage("grid_and_ring"):
        keyed = stages.prepare(case, ring)
    prepared = keyed.prepared
    columns = {column for model in bundle.models.values() for column in model.columns}
    values: dict[str, float | None] = dict(case.record.coded())
    measured = stages.begin_radiomics(keyed, bundle, columns)
    progress(0.1, "network")
    with watch.stage("network"):
        values |= stages.network(keyed, bundle, columns, device)
    with watch.stage("radiomics"):
        values |= measured(part(progress, 0.2, 0.9))
    progress(0.9, "models")
    drawn_by = None if case.ring is not None else ring
    judged = _judged(bundle, case.record, values, drawn_by, case.ct.GetSpacing())
    progress(1.0, "done")
    watch.seconds["total"] = round(sum(watch.seconds.values()), 3)
    of_images = (*prepared.findings, *_acquisition_findings(case.source, bundle))
    return prepared, replace(
        judged,
        findings=first_ones_first((*of_images, *judged.findings)),
        inputs=_outlines_taken(case) | judged.inputs | {"ring": _ring_words(drawn_by)},
        ring=ring_report(prepared),
        timings_s=watch.seconds,
        acquisition=None if case.source is None else case.source.facts(),
        side=side_words(prepared.side),
    )


def predict_from_findings(record: ClinicalRecord, bundle: Bundle) -> Prediction:
    """Return what a bundle that reads no image says of clinical findings alone."""
    return _judged(bundle, record, dict(record.coded()), None, None)


def _judged(
    bundle: Bundle,
    record: ClinicalRecord,
    values: dict[str, float | None],
    ring: RingSettings | None,
    spacing: tuple[float, float, float] | None,
) -> Prediction:
    """Return what the models say of the values of a case, with nothing of its images."""
    columns = {column for model in bundle.models.values() for column in model.columns}
    results = probabilities(bundle.models, values, bundle.thresholds)
    results = with_intervals(results, bundle.models, bundle.refits, values)
    likeness = applicability_of(bundle.models, bundle.reference, values, results, spacing)
    words = record.words()
    return Prediction(
        bundle=bundle_identity(bundle),
        banner=bundle.banner,
        models=results,
        applicability=likeness,
        findings=tuple(_bundle_findings(bundle, ring, likeness, results[COMBINED])),
        inputs={name: words[name] for name in ("symptoms", "margin", "lymph_nodes")},
        ring={},
        features={column: values[column] for column in sorted(columns & values.keys())},
        timings_s={},
        software=software_versions(),
    )


def bundle_identity(bundle: Bundle) -> dict[str, object]:
    """Return what says which bundle a probability came from, and what that bundle is for."""
    return {
        "name": bundle.name,
        "hash": bundle.bundle_hash,
        "kind": bundle.kind,
        "protocol": bundle.stacking,
        "banner": bundle.banner,
        "training_cohort": bundle.cohort.line,
        "intended_use": bundle.intended_use,
    }


def _ring_words(drawn_by: RingSettings | None) -> object:
    if drawn_by is None:
        return "given"
    return {"width_mm": drawn_by.width_mm, "hu_range": list(drawn_by.hu_range)}


def _outlines_taken(case: Case) -> dict[str, object]:
    drawn = {"tumor_outline": case.tumor, "ring_outline": case.ring}
    origins = {name: origin_of(mask) for name, mask in drawn.items() if mask is not None}
    return {name: origin.words for name, origin in origins.items() if origin is not None}


def ring_report(prepared: PreparedCase) -> dict[str, float]:
    """Return volumes in mm³ (the grid has voxels of 1 mm³) and the share removed by HU."""
    return {
        "volume_mm3": float(prepared.grid.ring.sum()),
        "tumor_volume_mm3": float(prepared.grid.tumor.sum()),
        "removed_by_hu_fraction": prepared.automatic.removed_by_hu_fraction,
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
        "log_odds": result.log_odds,
        "intercept": result.intercept,
        "contributions": dict(result.contributions),
    }


def software_versions() -> dict[str, str]:
    """Return the versions that a number in the result may depend on."""
    return dict(_software_versions())


@lru_cache(maxsize=1)  # looking them up takes as long as all the models
def _software_versions() -> dict[str, str]:
    versions = {"ParotidClassifierCore": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _acquisition_findings(source: SourceSeries | None, bundle: Bundle) -> list[QualityFinding]:
    """Return what the headers say that is unlike the study, or unlike the training cases."""
    if source is None:
        return []
    trained = bundle.reference.acquisitions.findings(source.acquisition)
    found = [*acquisition_findings(source.acquisition), *trained]
    return [finding for finding in found if finding.severity is not Severity.OK]


def _bundle_findings(
    bundle: Bundle, ring: RingSettings | None, likeness: Applicability, combined: ModelResult
) -> list[QualityFinding]:
    findings = (
        other_ring(bundle.ring, ring),
        *likeness.findings(),
        _no_combined(combined),
        warning(DEMONSTRATION_FINDING, f"{bundle.banner}.") if bundle.is_demonstration else None,
    )
    return [finding for finding in findings if finding is not None]


def _no_combined(combined: ModelResult) -> QualityFinding | None:
    if combined.unavailable is None:
        return None
    return info("no_combined", f"There is no Combined probability: {combined.unavailable}.")
