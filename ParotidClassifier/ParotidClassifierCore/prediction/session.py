"""One case before one bundle: what can be asked of them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import SimpleITK as sitk

from ..base.progress import Progress, part, silent
from ..bundle.bundle import Bundle
from ..case.acquisition_findings import acquisition_findings
from ..case.grid import PreparedCase
from ..case.loading import Case
from ..dicom.source import SourceSeries
from ..imaging.findings import QualityFinding, Severity, first_ones_first
from ..imaging.origin import origin_of
from ..imaging.perturbation import OUTLINES
from ..imaging.side import side_words
from ..protocol import Protocol, RingSettings
from ..radiomics.engines import Engine
from .predict import Prediction, judged, ring_report, software_of
from .readers_agreement import ReadersAgreement, compared_outlines, second_reader_named
from .saliency import described
from .second_opinion import SecondOpinion, require_another
from .stability import UNUSABLE, Stability, compared_calls, drawn_again
from .stages import KeyedCase, Stages


@dataclass(frozen=True)
class Session:
    """A case, the bundle that is asked about it, and what was computed of it so far.

    Attributes:
        case: CT, outlines and clinical record, as loaded.
        ring: settings of the first ring; None for those of the training.
        device: of the network: "cpu", "cuda" or "auto".
        stages: keep what they gave before; new ones begin with nothing.
        engine: that measures the radiomic features.

    Every question is told to a Progress: the fraction done and the step at hand, before each step.

    Raises:
        ParotidClassifierError: on any question: the case cannot be used, or the device is not
            there.
    """

    case: Case
    bundle: Bundle
    ring: RingSettings | None = None
    device: str = "cpu"
    stages: Stages = field(default_factory=Stages)
    engine: Engine = Engine.BUILT_IN

    @property
    def prepared(self) -> PreparedCase:
        """The case on its working grid."""
        return self._keyed.prepared

    @cached_property
    def _keyed(self) -> KeyedCase:
        return self.stages.prepare(self.case, self._protocol)

    @property
    def _protocol(self) -> Protocol:
        return self.bundle.protocol.with_ring(self.ring)

    def predict(self, progress: Progress = silent) -> Prediction:
        """Classify the case."""
        # says at once what is not there
        software = software_of(self.bundle, self.engine, self.device)
        found = self.judge(progress)
        watch = _Stopwatch(found.timings_s)
        with watch.stage("grid_and_ring"):
            source = self.case.source
            of_images = (*self.prepared.findings, *_acquisition_findings(source, self.bundle))
            side = side_words(self.prepared.side)
        watch.seconds["total"] = round(sum(watch.seconds.values()), 3)
        return replace(
            found,
            findings=first_ones_first((*of_images, *found.findings)),
            inputs=_outlines_taken(self.case, self._protocol)
            | found.inputs
            | _ring_words(_rings_made(self.case, self._protocol)),
            ring=ring_report(self.prepared),
            timings_s=watch.seconds,
            software=software,
            acquisition=None if source is None else source.facts(),
            side=side,
        )

    def judge(self, progress: Progress = silent) -> Prediction:
        """Return what the models say of the case, and nothing that is told of its images."""
        case, bundle, stages = self.case, self.bundle, self.stages
        watch = _Stopwatch()
        progress(0.0, "grid and ring")
        with watch.stage("grid_and_ring"):
            keyed = self._keyed
        columns = bundle.columns
        values: dict[str, float | None] = bundle.protocol.coded(case.record)
        progress(0.1, "network")
        with watch.stage("network"):
            values |= stages.network(keyed, bundle, columns, self.device)
        with watch.stage("radiomics"):
            step = part(progress, 0.2, 0.9)
            values |= stages.radiomics(keyed, bundle, columns, step, self.engine)
        progress(0.9, "models")
        first = next(iter(_rings_made(case, self._protocol).values()), None)
        found = judged(bundle, case.record, values, first, case.ct.GetSpacing())
        progress(1.0, "done")
        return replace(found, timings_s=watch.seconds)

    def stability(
        self, progress: Progress = silent, count: int = OUTLINES, seed: int = 0
    ) -> Stability:
        """Classify the case again under slightly different outlines.

        What a reader changed about a ring is changed about that of each outline too. The
        stages add nothing of the outlines to what they keep.

        Args:
            seed: same seed, same outlines; the first ones do not depend on their number.
        """
        aside = self.stages.aside()
        as_drawn, *steps = _steps(progress, count)
        drawn = self.predict(as_drawn)
        others: list[Prediction] = []
        for number, step in enumerate(steps):
            rng = np.random.default_rng([seed, number])
            try:
                case, protocol = drawn_again(self.case, self.prepared, rng)
                bundle = replace(self.bundle, protocol=protocol)
                other = replace(self, case=case, bundle=bundle, ring=bundle.ring, stages=aside)
                others.append(other.judge(step))
            except UNUSABLE:
                continue
        return compared_calls(drawn, others, count, seed)

    def saliency(self, progress: Progress = silent) -> sitk.Image:
        """Return where the bundle's network looked; see `network.grad_cam`.

        Returns:
            float32, 0…1, on the case's 1 mm working grid; it tells bundle, model and method by its
            keys.

        Raises:
            BundleError: the bundle holds no network, or its weights are refused.
        """
        progress(0.0, "grid and ring")
        grid = self.prepared.grid
        progress(0.3, "network")
        network = self.stages.network_of(self.bundle)
        progress(0.5, "where it looked")
        from ..network.grad_cam import saliency

        image = grid.geometry.image(saliency(network, self._protocol.first_head, grid))
        progress(1.0, "done")
        return described(image, self.bundle)

    def second_opinion(
        self, first: Prediction, other: Bundle, progress: Progress = silent
    ) -> SecondOpinion:
        """Classify the case by another bundle too; what both read is not computed again.

        Raises:
            UsageError: it is the same bundle.
        """
        require_another(self.bundle.bundle_hash, other)
        return SecondOpinion(first, replace(self, bundle=other).predict(progress))

    def second_reader(
        self, first: Prediction, tumor: sitk.Image, progress: Progress = silent
    ) -> ReadersAgreement:
        """Compare the outline of the case with that of a second reader, whose rings are automatic.

        Args:
            tumor: the second reader's outline, binary volume in the same space.

        Raises:
            UnusableMaskError: the second outline cannot be used, or is not of the same tumour.
        """
        other = replace(self, case=replace(self.case, tumor=tumor, rings={}))
        with second_reader_named():
            second = other.predict(progress)
        return ReadersAgreement(compared_outlines(self.prepared, other.prepared), first, second)


@dataclass
class _Stopwatch:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 3)


def _steps(progress: Progress, count: int) -> list[Progress]:
    """Return a Progress for the case as drawn, and one for each other outline."""
    names = ["the outline as drawn", *(f"outline {n} of {count}" for n in range(1, count + 1))]

    def step(number: int) -> Progress:
        return lambda done, _: progress((number + done) / (count + 1), names[number])

    return [step(number) for number in range(count + 1)]


def _rings_made(case: Case, protocol: Protocol) -> dict[str, RingSettings | None]:
    """Return how each ring was made, by what results call it: "ring" for the first."""
    return {
        "ring" if ring is protocol.rings[0] else ring.name: (
            None if ring.name in case.rings else ring.ring
        )
        for ring in protocol.rings
    }


def _ring_words(made: Mapping[str, RingSettings | None]) -> dict[str, object]:
    return {
        name: "given"
        if settings is None
        else {"width_mm": settings.width_mm, "hu_range": list(settings.hu_range)}
        for name, settings in made.items()
    }


def _outlines_taken(case: Case, protocol: Protocol) -> dict[str, object]:
    names = dict(zip(_rings_made(case, protocol), protocol.rings, strict=True))
    rings = {n: case.rings[ring.name] for n, ring in names.items() if ring.name in case.rings}
    origins = {n: origin_of(mask) for n, mask in {"tumor": case.tumor, **rings}.items()}
    return {f"{n}_outline": origin.words for n, origin in origins.items() if origin is not None}


def _acquisition_findings(source: SourceSeries | None, bundle: Bundle) -> list[QualityFinding]:
    """Return what the headers say that is unlike the study, or unlike the training cases."""
    if source is None:
        return []
    trained = bundle.reference.acquisitions.findings(source.acquisition)
    found = [*acquisition_findings(source.acquisition), *trained]
    return [finding for finding in found if finding.severity is not Severity.OK]
