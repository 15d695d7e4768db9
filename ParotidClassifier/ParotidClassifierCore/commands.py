"""What each command of the command line does: options in, files and a result out."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from .case.grid import PreparedCase, prepare
from .case.loading import Case, load_case_folder
from .case.masks import load_mask, save_segmentation
from .case.volumes import load_ct
from .case.working_grid import EXTERNAL2, REGIONS, TUMOR
from .clinical import ClinicalRecord
from .companion import companion_if_worthwhile
from .errors import UsageError
from .files import require_folder, write_json, written_together
from .models.eleven import outcome_word, percent
from .models.words import interval_words
from .predict import DEMONSTRATION_FINDING
from .progress import bar_on_terminal, part
from .result import Result
from .ring import RING_HU_RANGE, RING_WIDTH_MM, RingSettings
from .stages import Stages
from .words import DASH

if TYPE_CHECKING:
    from .models.bundle import Bundle
    from .predict import Prediction
    from .stability import Stability

DEMO_SEED = 3

_PREDICTION_FILE = "prediction.json"
_RING_FILE = "ring.seg.nrrd"
_OVERVIEW_FILE = "overview.png"
_SALIENCY_FILE = "saliency.nrrd"


def predict(options: argparse.Namespace) -> Result:
    """Classify one case and write the files of a result."""
    _require_case(options)
    require_folder(options.out)
    bundle = bundle_of(options)
    with bar_on_terminal("predict") as progress:
        progress(0.0, "reading")
        case = _with_words(_case(options), options)
        return _classified(case, bundle, options, progress)


def _classified(case: Case, bundle: Bundle, options: argparse.Namespace, progress) -> Result:
    from .predict import predict as classify
    from .report.overview import save_overview
    from .saliency import saliency_of, save_saliency
    from .stability import stability

    chosen = (ring_settings(options, bundle.ring), getattr(options, "device", "cpu"))
    marked = others = None
    with companion_if_worthwhile() as companion:
        stages = Stages(companion)
        end = 0.3 if options.stability else 0.8
        prepared, prediction = classify(case, bundle, *chosen, part(progress, 0.1, end), stages)
        if options.stability:
            others = stability(case, bundle, *chosen, part(progress, end, 0.8), stages)
        if options.saliency:
            marked = saliency_of(case, bundle, *chosen, part(progress, 0.8, 0.9), stages)
    told = prediction.as_dict() | ({} if others is None else {"stability": others.as_dict()})
    progress(0.9, "writing")
    with written_together(options.out) as folder:
        write_json(folder / _PREDICTION_FILE, told)
        _save_outlines(folder / _RING_FILE, prepared)
        save_overview(folder / _OVERVIEW_FILE, prepared.grid, prediction, marked)
        if marked is not None:
            save_saliency(folder / _SALIENCY_FILE, marked)
    return Result(_summary(prediction, others, options.out), told)


def ring(options: argparse.Namespace) -> Result:
    """Draw the automatic ring; a ring that the case brings is left aside."""
    from .predict import ring_report

    require_folder(options.out)
    case = dataclasses.replace(_case(options), ring=None)
    prepared = prepare(case, ring_settings(options))
    _save_outlines(options.out / _RING_FILE, prepared)
    report = ring_report(prepared)
    data = {"ring": report, "findings": [finding.as_dict() for finding in prepared.findings]}
    lines = [
        f"{TUMOR} {report['tumor_volume_mm3'] / 1000:.2f} ml",
        f"{EXTERNAL2} {report['volume_mm3'] / 1000:.2f} ml",
        f"The HU limits removed {report['removed_by_hu_fraction']:.0%} of the ring's shell.",
        *(f"{finding.severity.value}: {finding.message}" for finding in prepared.findings),
        f"Written to {options.out / _RING_FILE}",
    ]
    return Result("\n".join(lines), data)


def features(options: argparse.Namespace) -> Result:
    """Write all radiomic features: one row a feature, one column a region."""
    from .radiomics.export import write_features
    from .radiomics.names import feature_names

    require_folder(options.out.parent)
    prepared = prepare(_case(options), ring_settings(options))
    with bar_on_terminal("features") as progress:
        values = write_features(options.out, prepared.grid, progress)
    count = len(feature_names())
    text = f"{count} features of {' and '.join(REGIONS)} written to {options.out}"
    return Result(text, {"features": values})


def bundle_info(options: argparse.Namespace) -> Result:
    """Show what a bundle holds."""
    from .models.bundle import bundle_info as describe

    bundle = bundle_of(options)
    return Result(bundle.model_card, describe(bundle))


def bundle_verify(options: argparse.Namespace) -> Result:
    """Check a bundle, its weights included."""
    from .predict import bundle_identity

    bundle = bundle_of(options)
    if bundle.network is not None:
        from .deep.weights import load_network

        with bundle.network_file() as path:
            load_network(path)
    text = f"{bundle.name} is whole: {len(bundle.models)} models, hash {bundle.bundle_hash}"
    return Result(text, {"bundle": bundle_identity(bundle), "verified": True})


def bundle_published_clinical(options: argparse.Namespace) -> Result:
    """Write the bundle made of the published odds ratios."""
    from .models.bundle_store import save_bundle
    from .models.published_clinical import published_clinical_bundle

    bundle = save_bundle(published_clinical_bundle(), options.out)
    data = {"bundle": str(options.out), "hash": bundle.bundle_hash}
    return Result(f"{bundle.name} lies in {options.out}", data)


def demo(options: argparse.Namespace) -> Result:
    """Simulate a case as `simulate` does and classify it as `predict` does."""
    from .simulation.case import simulate_case
    from .simulation.cohort import write_case

    bundle = bundle_of(options)
    with bar_on_terminal("demo") as progress:
        progress(0.0, "simulating a case")
        simulated = simulate_case(options.seed)
        write_case(simulated, options.out / "case")
        case = load_case_folder(options.out / "case")
        result = _classified(case, bundle, options, part(progress, 0.3, 1.0))
    truth = (
        f"The case in {options.out / 'case'} was simulated as {outcome_word(simulated.malignant)}."
    )
    return Result(f"{result.text}\n{truth}", result.data)


def bundle_of(options: argparse.Namespace) -> Bundle:
    """Return the bundle that was named by its path or, if it is shipped, its name; else the first.

    Raises:
        BundleError: there is none, or it is refused.
    """
    from .models.bundle_store import load_bundle
    from .models.shipped import default_bundle, find_bundle

    named = options.bundle
    return load_bundle(default_bundle() if named is None else find_bundle(named))


def _require_case(options: argparse.Namespace) -> None:
    files = [path for path in (options.ct, options.tumor) if path is not None]
    if options.case is not None and files:
        raise UsageError("A case folder and single files were given.", "Give one of the two.")
    if options.case is None and len(files) < 2:
        raise UsageError("A case needs a CT and an outline.", "Give --ct and --tumor, or --case.")
    if options.case is not None and any(
        value is not None for value in (options.series, options.tumor_label, options.tumor_segment)
    ):
        raise UsageError(
            "--series, --tumor-label and --tumor-segment choose from single files.",
            "Leave them out with --case.",
        )
    drawn = getattr(options, "ring", None) is not None
    if drawn and (options.ring_width is not None or options.hu_range is not None):
        raise UsageError(
            "--ring gives a ring, --ring-width and --hu-range make one.", "Give one of the two."
        )


def _case(options: argparse.Namespace) -> Case:
    _require_case(options)
    if options.case is not None:
        return _with_ring_file(load_case_folder(options.case), options)
    case = Case(
        load_ct(options.ct, options.series),
        load_mask(options.tumor, TUMOR, options.tumor_label, options.tumor_segment),
    )
    return _with_ring_file(case, options)


def _with_ring_file(case: Case, options: argparse.Namespace) -> Case:
    path = getattr(options, "ring", None)
    if path is None:
        return case
    mask = load_mask(path, EXTERNAL2, options.ring_label, options.ring_segment)
    return dataclasses.replace(case, ring=mask)


def _with_words(case: Case, options: argparse.Namespace) -> Case:
    """Return the case with the clinical findings named on the command line."""
    words = {name: getattr(options, name) for name in ("symptoms", "margin", "lymph_nodes")}
    named = {name: word for name, word in words.items() if word is not None}
    record = ClinicalRecord.from_words(case.record.words() | named)
    return dataclasses.replace(case, record=record)


def ring_settings(
    options: argparse.Namespace,
    default: RingSettings = RingSettings(RING_WIDTH_MM, RING_HU_RANGE),  # noqa: B008  frozen
) -> RingSettings:
    """Return the ring that was asked for, the parts that were not named from `default`."""
    width, limits = getattr(options, "ring_width", None), getattr(options, "hu_range", None)
    return RingSettings(
        default.width_mm if width is None else width,
        default.hu_range if limits is None else tuple(limits),
    )


def _save_outlines(path: Path, prepared: PreparedCase) -> None:
    grid = prepared.grid
    save_segmentation(path, {region: grid.mask(region) for region in REGIONS}, grid.geometry)


def _summary(prediction: Prediction, others: Stability | None, out: Path) -> str:
    lines = [f"{'model':<24} {'probability':>11} {'95% interval':>16} {'threshold':>10}  call"]
    for name, result in prediction.models.items():
        if result.probability is None:
            lines.append(f"{name:<24} {DASH:>11} {DASH:>16} {DASH:>10}  {result.unavailable}")
        else:
            interval = DASH if result.interval is None else interval_words(result.interval)
            lines.append(
                f"{name:<24} {percent(result.probability):>11} {interval:>16} "
                f"{percent(result.threshold):>10}  {result.call}"
            )
    reasons = [r.no_interval for r in prediction.models.values() if r.no_interval is not None]
    lines += [f"No interval: {reason}." for reason in dict.fromkeys(reasons)]
    lines += prediction.applicability.sentences
    if others is not None and prediction.headline[0] in others.probabilities:
        lines.append(others.sentence(prediction.headline[0]))
    lines += [
        f"{item.severity.value}: {item.message}"
        for item in prediction.findings
        if item.code != DEMONSTRATION_FINDING  # the last line says it
    ]
    return "\n".join([*lines, "", prediction.bundle_line, f"Written to {out}"])
