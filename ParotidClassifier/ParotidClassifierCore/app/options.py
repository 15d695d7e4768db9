"""What the command line understands: commands and their options."""

import argparse
from pathlib import Path

from .. import __version__
from ..models.settings import CROSS_FITTED, STACKINGS
from ..protocol import ClinicalVariable, shen2026
from ..study.runs import BOOTSTRAPS
from . import commands, study_commands

_BRIEF = 60
_BUNDLE = "folder, .zip or name of a shipped one (default: the demonstration bundle)"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="parotid-classifier",
        description="Probability of malignancy of a parotid tumour on contrast-enhanced CT. "
        "Research software, not a medical device.",
        epilog="Exit codes: 0 done, 1 our fault, 2 usage, 3 unusable input, 4 refused bundle, "
        "130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _predict, _ring, _features, _simulate, _cohort, _train, _evaluate, _bundle, _demo,
    ):  # fmt: skip
        add(subparsers)
    return parser


def _command(subparsers, name: str, function, text: str) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=function)
    return parser


def _predict(subparsers) -> None:
    parser = _command(
        subparsers, "predict", study_commands.predict,
        "Classify one case; writes prediction.json, ring.seg.nrrd and overview.png. Or all cases "
        "of a table, each into a folder of its own, with one table and page of all.",
    )  # fmt: skip
    _add_case(parser)
    _add_ring_file(parser)
    for variable in shen2026().predictors.values():
        parser.add_argument(
            f"--{variable.name.replace('_', '-')}", choices=variable.choices,
            help=f"{_in_brief(variable)}; unknown if not given",
        )  # fmt: skip
    parser.add_argument(
        "--clinical", type=_pair, action="append", metavar="NAME=VALUE",
        help="value of any clinical variable that the bundle's study protocol has; repeatable",
    )  # fmt: skip
    parser.add_argument("--bundle", metavar="BUNDLE", help=_BUNDLE)
    _add_ring(parser, default_from_bundle=True)
    _add_device(parser)
    _add_more_answers(parser)
    parser.add_argument(
        "--dicom", action="store_true",
        help="also write the outlines as DICOM SEG (segmentation.dcm) and the measurements and "
        "probabilities as DICOM Structured Report (report.dcm); the CT must be a DICOM series",
    )  # fmt: skip
    parser.add_argument(
        "--keep-identity", action="store_true",
        help="write the patient's name, number and birth date from the DICOM headers into the "
        "results; without it they are never written",
    )  # fmt: skip
    _add_second_opinions(parser)
    group = parser.add_argument_group("many cases, instead of one")
    _add_cohort(group, cached=False, required=False)
    _add_out(parser, "folder for the results")


def _in_brief(variable: ClinicalVariable) -> str:
    """Return what a variable is in less than a line of help, within a sentence."""
    text = variable.definition.removesuffix(".")
    text = text if len(text) < _BRIEF else variable.question
    return f"{text[0].lower()}{text[1:]}"


def _ring(subparsers) -> None:
    parser = _command(
        subparsers, "ring", commands.ring, "Draw the peritumoral ring; writes ring.seg.nrrd."
    )
    _add_case(parser)
    _add_protocol(parser)
    _add_ring(parser)
    _add_out(parser, "folder for ring.seg.nrrd")


def _features(subparsers) -> None:
    parser = _command(
        subparsers, "features", commands.features,
        "Compute all 1874 radiomic features of each region into a CSV table.",
    )  # fmt: skip
    _add_case(parser)
    _add_ring_file(parser)
    _add_protocol(parser)
    _add_ring(parser)
    _add_out(parser, "the CSV file")


def _simulate(subparsers) -> None:
    parser = _command(
        subparsers,
        "simulate",
        study_commands.simulate,
        "Make one simulated case, or a whole cohort.",
    )
    parser.add_argument("--cohort", type=_positive, metavar="N", help="a cohort of N cases")
    parser.add_argument("--outcome", choices=["benign", "malignant"], help="of the one case")
    parser.add_argument("--seed", type=_whole, default=0, help="same seed, same voxels (default 0)")
    _add_protocol(parser)
    parser.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="cases worked on at a time"
    )
    _add_out(parser, "folder for the case or the cohort")


def _cohort(subparsers) -> None:
    group = subparsers.add_parser("cohort", help="Check a cohort, or extract its features.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    parser = _command(
        inner, "check", study_commands.cohort_check,
        "Check every row, image and outline of a cohort before training on it.",
    )  # fmt: skip
    _add_cohort(parser, cached=False)
    _add_protocol(parser)
    _add_ring(parser)
    parser = _command(
        inner, "features", study_commands.cohort_features,
        "Compute all radiomic features of a cohort into one Parquet table.",
    )  # fmt: skip
    _add_cohort(parser)
    _add_protocol(parser)
    _add_ring(parser)
    _add_out(parser, "the Parquet file")


def _train(subparsers) -> None:
    parser = _command(
        subparsers, "train", study_commands.train,
        "Train all models of a study on a cohort, evaluate them and write bundle and report.",
    )  # fmt: skip
    _add_cohort(parser)
    parser.add_argument("--name", required=True, help="name of the bundle")
    parser.add_argument(
        "--test-share", type=_share, metavar="SHARE",
        help="draw the test cases at random, where the table names no split (the study: 0.3); "
        "without it, all cases are trained on",
    )  # fmt: skip
    _add_protocol(parser)
    parser.add_argument(
        "--stacking", choices=STACKINGS, default=CROSS_FITTED,
        help="fusions are fitted on out-of-fold network outputs (default) or as in the paper",
    )  # fmt: skip
    parser.add_argument(
        "--force", action="store_true", help="train on fewer than 10 cases of a class; noted"
    )
    parser.add_argument(
        "--epochs", type=_positive,
        help="training epochs of the network (default: at most 40, chosen by the folds)",
    )  # fmt: skip
    parser.add_argument("--imagenet", type=Path, help="MobileNetV3 checkpoint to start from")
    parser.add_argument(
        "--seed", type=_whole, default=0, help="of folds, network and intervals (default 0)"
    )
    _add_bootstraps(parser)
    _add_device(parser)
    _add_ring(parser)
    _add_out(parser, "folder of the bundle")
    parser.add_argument(
        "--report", type=Path, help="folder of the report (default: OUT-report beside the bundle)"
    )


def _evaluate(subparsers) -> None:
    parser = _command(
        subparsers, "evaluate", study_commands.evaluate,
        "Judge a bundle on a cohort it has not learnt from and write the report.",
    )  # fmt: skip
    parser.add_argument("--bundle", metavar="BUNDLE", help=_BUNDLE)
    _add_cohort(parser)
    _add_bootstraps(parser)
    _add_device(parser)
    _add_out(parser, "folder of the report")


def _bundle(subparsers) -> None:
    group = subparsers.add_parser("bundle", help="Show or verify a model bundle.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    for name, function, text in (
        ("info", commands.bundle_info, "Show what a bundle holds and where it comes from."),
        ("verify", commands.bundle_verify, "Check a bundle's files, hashes and contents."),
    ):
        parser = _command(inner, name, function, text)
        parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help=_BUNDLE)
    parser = _command(
        inner, "published-clinical", commands.bundle_published_clinical,
        "Write the bundle that follows from the published odds ratios of the clinical findings.",
    )  # fmt: skip
    _add_out(parser, "folder of the bundle")


def _demo(subparsers) -> None:
    parser = _command(subparsers, "demo", commands.demo, "Make a simulated case and classify it.")
    parser.add_argument("--seed", type=_whole, default=commands.DEMO_SEED, help="of the case")
    parser.add_argument("--bundle", metavar="BUNDLE", help=_BUNDLE)
    _add_more_answers(parser)
    _add_out(parser, "folder for the case and the results")


def _add_case(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("case")
    group.add_argument(
        "--case", type=Path, metavar="FOLDER",
        help="a saved case (ct.nrrd, segmentation.seg.nrrd, clinical.json) instead of the options "
        "below",
    )  # fmt: skip
    text = "NRRD, NIfTI or MetaImage file, DICOM folder, or DICOMDIR"
    group.add_argument("--ct", type=Path, help=text)
    group.add_argument("--series", metavar="UID", help="which series of a DICOM folder or DICOMDIR")
    group.add_argument(
        "--acquisition", metavar="NAME",
        help="which acquisition of a series that holds several, such as phases; what there is, is "
        "listed where none is named",
    )  # fmt: skip
    group.add_argument(
        "--tumor", type=Path,
        help="the outline: label map, .seg.nrrd, DICOM SEG or RTSTRUCT, or a folder with one of "
        "the latter two",
    )  # fmt: skip
    group.add_argument("--tumor-label", type=int, metavar="N", help="which label of a label map")
    group.add_argument("--tumor-segment", metavar="NAME", help="which segment (default Tumor)")
    group.add_argument("--tumor-roi", metavar="NAME", help="which ROI of an RTSTRUCT, likewise")
    _add_any_series(group, "--tumor")


def _add_any_series(group: argparse._ArgumentGroup, outline: str) -> None:
    group.add_argument(
        f"{outline}-any-series", action="store_true",
        help="take a DICOM outline by its position alone, though it names another series or frame "
        "of reference than the CT's, as after a second anonymisation; the result says so",
    )  # fmt: skip


def _add_ring_file(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("ring drawn or refined by hand")
    group.add_argument(
        "--ring", action="append", metavar="FILE",
        help="file with External2, as for --tumor; of another ring of the study protocol "
        "NAME=FILE, repeatable",
    )  # fmt: skip
    group.add_argument("--ring-label", type=int, metavar="N", help="which label of a label map")
    group.add_argument("--ring-segment", metavar="NAME", help="which segment (default External2)")
    group.add_argument("--ring-roi", metavar="NAME", help="which ROI of an RTSTRUCT, likewise")
    _add_any_series(group, "--ring")


def _add_ring(parser: argparse.ArgumentParser, *, default_from_bundle: bool = False) -> None:
    ring = shen2026().rings[0].ring
    group = parser.add_argument_group("automatic ring")
    source = "the bundle's" if default_from_bundle else "the study's"
    group.add_argument(
        "--ring-width", type=float, metavar="MM",
        help=f"width (default {source}, {ring.width_mm:g} mm); of several rings the first one's",
    )  # fmt: skip
    low, high = ring.hu_range
    group.add_argument(
        "--hu-range", type=float, nargs=2, metavar=("LOW", "HIGH"),
        help=f"limits that leave out air and bone (default {source}, {low:g} {high:g})",
    )  # fmt: skip


def _add_cohort(
    parser: argparse._ActionsContainer, *, cached: bool = True, required: bool = True
) -> None:
    text = "CSV or XLSX table of the cases"
    parser.add_argument("--cohort", type=Path, required=required, metavar="TABLE", help=text)
    parser.add_argument(
        "--encoding", metavar="NAME",
        help="of a CSV table that is not UTF-8, such as gb18030 or cp1252",
    )  # fmt: skip
    if cached:
        parser.add_argument(
            "--cache", type=Path, metavar="FOLDER",
            help="keeps what was computed of each case (default: TABLE.cache beside the table)",
        )  # fmt: skip
    parser.add_argument(
        "--jobs", type=_positive, metavar="N",
        help="cases worked on at a time (default: one for each core)",
    )  # fmt: skip
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="extract on this Dask cluster, such as tcp://host:8786"
    )


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--protocol", type=Path, metavar="FILE",
        help="what the study computes, as YAML or JSON: regions, clinical findings, models "
        "(default: that of Shen et al. 2026)",
    )  # fmt: skip


def _add_bootstraps(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bootstraps", type=_positive, default=BOOTSTRAPS, metavar="N",
        help=f"resamples of the test set for its intervals (default {BOOTSTRAPS})",
    )  # fmt: skip


def _add_device(parser: argparse.ArgumentParser) -> None:
    devices = ["cpu", "cuda", "auto"]
    parser.add_argument("--device", choices=devices, default="cpu", help="of the network")


def _add_more_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--saliency", action="store_true",
        help="also write where the network looked (saliency.nrrd) and show it in overview.png",
    )  # fmt: skip
    text = "also classify slightly different outlines and tell how the answer changes"
    parser.add_argument("--stability", action="store_true", help=text)
    parser.add_argument(
        "--report", action="store_true",
        help="also write a report for a tumour board (report.html, report.pdf); includes "
        "--saliency and --stability where the bundle can tell them",
    )  # fmt: skip
    text = "what the report calls the case, a pseudonym (default: a line to write on)"
    parser.add_argument("--case-label", metavar="TEXT", help=text)
    text = "who made the report (default: a line to write on)"
    parser.add_argument("--prepared-by", metavar="TEXT", help=text)


def _add_second_opinions(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("second opinion")
    group.add_argument(
        "--second-bundle", metavar="BUNDLE", help="ask this bundle too, and compare the answers"
    )
    group.add_argument(
        "--second-tumor", type=Path, metavar="FILE",
        help="the tumour as another reader outlined it: how alike, and would the answer change",
    )  # fmt: skip
    group.add_argument("--second-tumor-label", type=int, metavar="N", help="its label")
    group.add_argument("--second-tumor-segment", metavar="NAME", help="its segment")
    group.add_argument("--second-tumor-roi", metavar="NAME", help="its ROI")
    _add_any_series(group, "--second-tumor")


def _add_out(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--out", type=Path, required=True, help=text)


def _share(word: str) -> float:
    try:
        share = float(word)
    except ValueError:
        share = 0.0
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number between 0 and 1")
    return share


def _pair(word: str) -> tuple[str, str]:
    name, separator, value = word.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{word!r} is not NAME=VALUE")
    return name, value


def _positive(word: str) -> int:
    return _whole(word, 1)


def _whole(word: str, least: int = 0) -> int:
    if not word.isdecimal() or int(word) < least:
        raise argparse.ArgumentTypeError(f"{word!r} is not a whole number of at least {least}")
    return int(word)
