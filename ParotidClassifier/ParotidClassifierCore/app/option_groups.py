"""Options that several commands of the command line have in common."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..protocol import shen2026
from ..study.runs import BOOTSTRAPS


def add_case(parser: argparse.ArgumentParser) -> None:
    """Add the options that name one case."""
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


def add_clinical(parser: argparse.ArgumentParser) -> None:
    """Add any clinical variable of the bundle's protocol."""
    parser.add_argument(
        "--clinical", type=_pair, action="append", metavar="NAME=VALUE",
        help="value of any clinical variable that the bundle's study protocol has; repeatable",
    )  # fmt: skip


def add_ring_file(parser: argparse.ArgumentParser) -> None:
    """Add the options of a ring that was drawn by hand."""
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


def add_ring(parser: argparse.ArgumentParser, *, default_from_bundle: bool = False) -> None:
    """Add the options of the automatic ring."""
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


def add_cohort(
    parser: argparse._ActionsContainer, *, cached: bool = True, required: bool = True
) -> None:
    """Add the options of a cohort and of where the work is done."""
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
        "--jobs", type=positive, metavar="N",
        help="cases worked on at a time (default: one for each core)",
    )  # fmt: skip
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="extract on this Dask cluster, such as tcp://host:8786"
    )


def add_protocol(parser: argparse.ArgumentParser) -> None:
    """Add the protocol of a study."""
    parser.add_argument(
        "--protocol", type=Path, metavar="FILE",
        help="what the study computes, as YAML or JSON: regions, clinical findings, models "
        "(default: that of Shen et al. 2026)",
    )  # fmt: skip


def add_many_cases(parser: argparse.ArgumentParser) -> None:
    """Add the options of many cases instead of one."""
    group = parser.add_argument_group("many cases, instead of one")
    add_cohort(group, cached=False, required=False)


def add_bootstraps(parser: argparse.ArgumentParser) -> None:
    """Add how often the test set is resampled."""
    parser.add_argument(
        "--bootstraps", type=positive, default=BOOTSTRAPS, metavar="N",
        help=f"resamples of the test set for its intervals (default {BOOTSTRAPS})",
    )  # fmt: skip


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """Add which bundle is used."""
    parser.add_argument(
        "--bundle", metavar="BUNDLE",
        help="folder, .zip or name of a shipped one (default: the demonstration bundle)",
    )  # fmt: skip


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add what the network is computed on."""
    devices = ["cpu", "cuda", "auto"]
    parser.add_argument("--device", choices=devices, default="cpu", help="of the network")


def add_more_answers(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked beside the probabilities."""
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


def add_dicom(parser: argparse.ArgumentParser) -> None:
    """Add whether the result is written as DICOM too."""
    parser.add_argument(
        "--dicom", action="store_true",
        help="also write the outlines as DICOM SEG (segmentation.dcm) and the measurements and "
        "probabilities as DICOM Structured Report (report.dcm); the CT must be a DICOM series",
    )  # fmt: skip


def add_identity(parser: argparse.ArgumentParser) -> None:
    """Add whether the results may name the patient."""
    parser.add_argument(
        "--keep-identity", action="store_true",
        help="write the patient's name, number and birth date from the DICOM headers into the "
        "results; without it they are never written",
    )  # fmt: skip


def add_second_opinions(parser: argparse.ArgumentParser) -> None:
    """Add another bundle, and another reader's outline, to compare with."""
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


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add how many cases are worked on at a time."""
    parser.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="cases worked on at a time"
    )


def add_out(parser: argparse.ArgumentParser, text: str) -> None:
    """Add where the result is written."""
    parser.add_argument("--out", type=Path, required=True, help=text)


def positive(word: str) -> int:
    """Return the whole number of at least 1 that `word` is."""
    return _at_least(1, word)


def seed(word: str) -> int:
    """Return the seed that `word` is."""
    return _at_least(0, word)


def share(word: str) -> float:
    """Return the number between 0 and 1 that `word` is."""
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


def _at_least(least: int, word: str) -> int:
    if not word.isdecimal() or int(word) < least:
        raise argparse.ArgumentTypeError(f"{word!r} is not a whole number of at least {least}")
    return int(word)
