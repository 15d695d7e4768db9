"""What each command of the command line does: options in, files and a result out."""

import argparse
import dataclasses

from ..base.files import require_file, require_folder
from ..base.progress import Progress, bar_on_terminal, part
from ..base.result import Result
from ..base.words import counted, listed, share_of
from ..bundle.bundle import Bundle, protocol_text
from ..bundle.bundle import bundle_info as describe
from ..bundle.shipped import default_bundle, find_bundle
from ..bundle.store import load_bundle, save_bundle
from ..case.grid import prepare
from ..case.loading import Case, load_case_folder
from ..prediction.predict import bundle_identity, predict_from_findings, ring_report
from ..prediction.second_opinion import require_another
from ..prediction.stages import Stages
from ..protocol.outcome import outcome_word
from ..radiomics.engines import RADIOMICS_ENGINE, Engine
from ..radiomics.names import feature_names
from ..reporting.answer_files import save_outlines, write_answer, write_prediction
from ..reporting.answering import RING_FILE, Asked, answer
from ..reporting.case_view import CaseView
from ..reporting.terminal import terminal_text
from .case_options import (
    asked_ring,
    case_of,
    clinical_record,
    names_images,
    protocol_of,
    report_labels,
    require_no_images,
    second_tumor_of,
)
from .options import BOTH_ENGINES


def predict(options: argparse.Namespace) -> Result:
    """Classify one case and write the files of a result."""
    require_folder(options.out)
    bundle = bundle_of(options)
    if not names_images(options) and not bundle.reads_image:
        return _classified_by_findings(bundle, options)
    clinical_record(options, bundle.protocol)  # says at once what is wrong with it
    with bar_on_terminal("predict") as progress:
        progress(0.0, "reading")
        case = case_of(options, part(progress, 0.0, 0.1), bundle.protocol)
        record = clinical_record(options, bundle.protocol, case.record)
        case = dataclasses.replace(case, record=record)
        second = second_tumor_of(options, case, bundle.protocol)
        asked = dataclasses.replace(asked_of(options, bundle), second_tumor=second)
        return _classified(case, bundle, asked, options, progress)


def _classified_by_findings(bundle: Bundle, options: argparse.Namespace) -> Result:
    require_no_images(options)
    prediction = predict_from_findings(clinical_record(options, bundle.protocol), bundle)
    write_prediction(options.out, prediction)
    data = prediction.as_dict()
    return Result(f"{terminal_text(CaseView(data))}\nWritten to {options.out}", data)


def _classified(
    case: Case, bundle: Bundle, asked: Asked, options: argparse.Namespace, progress: Progress
) -> Result:
    answered = answer(case, bundle, asked, part(progress, 0.1, 0.9))
    progress(0.9, "writing")
    write_answer(options.out, answered)
    return Result(f"{answered.text()}\nWritten to {options.out}", answered.as_dict())


def asked_of(options: argparse.Namespace, bundle: Bundle) -> Asked:
    """Return what the options ask of whichever case."""
    second = None if options.second_bundle is None else _bundle(options.second_bundle)
    if second is not None:
        require_another(bundle.bundle_hash, second)
    return Asked(
        ring=asked_ring(options, bundle.protocol),
        device=options.device,
        engine=Engine(options.radiomics_engine),
        stability=options.stability,
        saliency=options.saliency,
        keep_identity=options.keep_identity,
        dicom=options.dicom,
        second_bundle=second,
        report=report_labels(options),
        show_outside=options.show_outside,
    )


def ring(options: argparse.Namespace) -> Result:
    """Draw the automatic rings; those that the case brings are left aside."""
    require_folder(options.out)
    protocol = protocol_of(options)
    case = dataclasses.replace(case_of(options, protocol=protocol), rings={})
    prepared = prepare(case, protocol)
    save_outlines(options.out / RING_FILE, prepared)
    report = ring_report(prepared)
    data = {"ring": report, "findings": [finding.as_dict() for finding in prepared.findings]}
    grid, rings = prepared.grid, prepared.automatic
    removed = {name: share_of(ring.removed_by_hu_fraction) for name, ring in rings.items()}
    lines = [
        *(f"{region} {mask.sum() / 1000:.2f} ml" for region, mask in grid.masks.items()),
        *(
            f"The HU limits removed {share} what lies within the width of "
            f"{'the ring' if len(rings) == 1 else name}."
            for name, share in removed.items()
        ),
        *(finding.line for finding in prepared.findings),
        f"Written to {options.out / RING_FILE}",
    ]
    return Result("\n".join(lines), data)


def features(options: argparse.Namespace) -> Result:
    """Write all radiomic features: one row a feature, one column a region or an engine."""
    require_file(options.out)
    protocol = protocol_of(options)
    case = case_of(options, protocol=protocol)
    with bar_on_terminal("features") as progress:
        if options.radiomics_engine == BOTH_ENGINES:
            found = Stages().compare_engines(options.out, case, protocol, progress)
            data = {"features": dict(found.built_in), "pyradiomics": dict(found.pyradiomics)}
            data["different"] = list(found.different)
            data[RADIOMICS_ENGINE] = listed([engine.identity for engine in Engine])
            return Result(f"{found.text}\nWritten to {options.out}", data)
        engine = Engine(options.radiomics_engine)
        values = Stages().write_features(options.out, case, protocol, progress, engine)
    regions = " and ".join(protocol.regions)
    text = f"{len(feature_names())} features of {regions} written to {options.out}"
    return Result(text, {"features": values, RADIOMICS_ENGINE: engine.identity})


def bundle_info(options: argparse.Namespace) -> Result:
    """Show what a bundle holds."""
    bundle = bundle_of(options)
    text = f"{bundle.card.rstrip()}\n\n{protocol_text(bundle)}"
    return Result(text, describe(bundle))


def bundle_verify(options: argparse.Namespace) -> Result:
    """Check a bundle, its weights included."""
    bundle = bundle_of(options)
    if bundle.network is not None:
        from ..network.weights import load_network

        load_network(bundle.weights(), bundle.protocol)
    models = counted(len(bundle.models), "model")
    text = f"{bundle.name} is whole: {models}, hash {bundle.bundle_hash}"
    return Result(text, {"bundle": bundle_identity(bundle), "verified": True})


def bundle_published_clinical(options: argparse.Namespace) -> Result:
    """Write the bundle made of the published odds ratios."""
    from ..bundle.published_clinical import published_clinical_bundle

    bundle = save_bundle(published_clinical_bundle(), options.out)
    data = {"bundle": str(options.out), "hash": bundle.bundle_hash}
    return Result(f"{bundle.name} lies in {options.out}", data)


def demo(options: argparse.Namespace) -> Result:
    """Simulate a case as `simulate` does and classify it as `predict` does."""
    from ..simulation.case import simulate_case
    from ..simulation.cohort import write_case

    bundle = bundle_of(options)
    with bar_on_terminal("demo") as progress:
        progress(0.0, "simulating a case")
        simulated = simulate_case(options.seed, protocol=bundle.protocol)
        write_case(simulated, options.out / "case")
        case = load_case_folder(options.out / "case", protocol=bundle.protocol)
        asked = Asked(
            stability=options.stability,
            saliency=options.saliency,
            report=report_labels(options),
            show_outside=options.show_outside,
        )
        result = _classified(case, bundle, asked, options, part(progress, 0.3, 1.0))
    truth = (
        f"The case in {options.out / 'case'} was simulated as {outcome_word(simulated.malignant)}."
    )
    return Result(f"{result.text}\n{truth}", result.data)


def bundle_of(options: argparse.Namespace) -> Bundle:
    """Return the bundle that was named by its path or, if it is shipped, its name; else the first.

    Raises:
        BundleError: there is none, or it is refused.
    """
    return _bundle(options.bundle)


def _bundle(named: str | None) -> Bundle:
    return load_bundle(default_bundle() if named is None else find_bundle(named))
