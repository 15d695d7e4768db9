"""The command line: `parotid-classifier`.

Exit codes: 0 done, 1 our fault, 2 usage, 3 unusable input, 4 refused bundle.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import __version__, commands
from .clinical import Finding, Margin
from .errors import EXIT_DONE, EXIT_OUR_FAULT, ParotidClassifierError
from .models.settings import CROSS_FITTED, PROTOCOLS
from .ring import RING_HU_RANGE, RING_WIDTH_MM

EXIT_INTERRUPTED = 130
_AS_JSON = {"indent": 2, "allow_nan": False}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter of a path must not cost the result.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    try:
        result = options.command(options)
        _tell(json.dumps(result.data, **_AS_JSON) if options.json else result.text)
    except BrokenPipeError:
        # Whoever read the output has gone; Python would complain once more on closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except ParotidClassifierError as error:
        _tell_error(options.json, error.kind, error.message, error.remedy)
        return error.exit_code
    except KeyboardInterrupt:
        _tell_error(
            options.json,
            "Interrupted",
            "Stopped.",
            "What was written is whole; the rest is missing.",
        )
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback for a user
        _tell_error(
            options.json, "InternalError", f"This should not have happened: {error!r}.",
            f"Please report it with the log {_log_traceback(error)}.",
        )  # fmt: skip
        return EXIT_OUR_FAULT
    return EXIT_DONE


def _tell(text: str) -> None:
    print(text, flush=True)


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
    for add in (_predict, _ring, _features, _simulate, _train, _bundle, _demo):
        add(subparsers)
    return parser


def _command(subparsers, name: str, function, text: str) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=function)
    return parser


def _predict(subparsers) -> None:
    parser = _command(
        subparsers, "predict", commands.predict,
        "Classify one case; writes prediction.json, ring.seg.nrrd and overview.png.",
    )  # fmt: skip
    _add_case(parser)
    _add_ring_file(parser)
    for option, levels, text in (
        ("--symptoms", Finding, "pain, tenderness or facial palsy"),
        ("--margin", Margin, "border of the tumour on CT"),
        ("--lymph-nodes", Finding, "enlarged lymph nodes"),
    ):
        words = [level.value for level in levels]
        parser.add_argument(option, choices=words, help=f"{text}; unknown if not given")
    _add_bundle(parser)
    _add_ring(parser, default_from_bundle=True)
    _add_device(parser)
    _add_out(parser, "folder for the results")


def _ring(subparsers) -> None:
    parser = _command(
        subparsers, "ring", commands.ring, "Draw the peritumoral ring; writes ring.seg.nrrd."
    )
    _add_case(parser)
    _add_ring(parser)
    _add_out(parser, "folder for ring.seg.nrrd")


def _features(subparsers) -> None:
    parser = _command(
        subparsers, "features", commands.features,
        "Compute all 1874 radiomic features of Tumor and External2 into a CSV table.",
    )  # fmt: skip
    _add_case(parser)
    _add_ring_file(parser)
    _add_ring(parser)
    _add_out(parser, "the CSV file")


def _simulate(subparsers) -> None:
    parser = _command(
        subparsers, "simulate", commands.simulate, "Make one simulated case, or a whole cohort."
    )
    parser.add_argument("--cohort", type=_positive, metavar="N", help="a cohort of N cases")
    parser.add_argument("--outcome", choices=["benign", "malignant"], help="of the one case")
    parser.add_argument("--seed", type=_seed, default=0, help="same seed, same voxels (default 0)")
    _add_jobs(parser)
    _add_out(parser, "folder for the case or the cohort")


def _train(subparsers) -> None:
    parser = _command(
        subparsers, "train", commands.train,
        "Train all eleven models on a cohort and write them as a bundle.",
    )  # fmt: skip
    parser.add_argument("--cohort", type=Path, required=True, help="CSV table of the cases")
    parser.add_argument("--name", required=True, help="name of the bundle")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default=CROSS_FITTED,
        help="fusions are fitted on out-of-fold network outputs (default) or as in the paper",
    )  # fmt: skip
    parser.add_argument(
        "--force", action="store_true", help="train on fewer than 10 cases of a class; noted"
    )
    parser.add_argument(
        "--epochs", type=_positive, help="training epochs of the network (default 40)"
    )
    parser.add_argument("--imagenet", type=Path, help="MobileNetV3 checkpoint to start from")
    parser.add_argument("--seed", type=_seed, default=0, help="of folds and network (default 0)")
    _add_device(parser)
    _add_jobs(parser)
    _add_ring(parser)
    _add_out(parser, "folder of the bundle")


def _bundle(subparsers) -> None:
    group = subparsers.add_parser("bundle", help="Show or verify a model bundle.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    for name, function, text in (
        ("info", commands.bundle_info, "Show what a bundle holds and where it comes from."),
        ("verify", commands.bundle_verify, "Check a bundle's files, hashes and contents."),
    ):
        parser = _command(inner, name, function, text)
        parser.add_argument(
            "bundle", type=Path, nargs="?", help="folder or .zip; the shipped one if not given"
        )


def _demo(subparsers) -> None:
    parser = _command(subparsers, "demo", commands.demo, "Make a simulated case and classify it.")
    parser.add_argument("--seed", type=_seed, default=commands.DEMO_SEED, help="of the case")
    _add_bundle(parser)
    _add_out(parser, "folder for the case and the results")


def _add_case(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("case")
    group.add_argument(
        "--case", type=Path, metavar="FOLDER",
        help="a saved case (ct.nrrd, segmentation.seg.nrrd, clinical.json) instead of the options "
        "below",
    )  # fmt: skip
    group.add_argument("--ct", type=Path, help="NRRD, NIfTI or MetaImage file, or DICOM folder")
    group.add_argument("--series", metavar="UID", help="which series of a DICOM folder")
    group.add_argument("--tumor", type=Path, help="label map or .seg.nrrd with the outline")
    group.add_argument("--tumor-label", type=int, metavar="N", help="which label of a label map")
    group.add_argument("--tumor-segment", metavar="NAME", help="which segment (default Tumor)")


def _add_ring_file(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("ring drawn or refined by hand")
    group.add_argument("--ring", type=Path, help="label map or .seg.nrrd with External2")
    group.add_argument("--ring-label", type=int, metavar="N", help="which label of a label map")
    group.add_argument("--ring-segment", metavar="NAME", help="which segment (default External2)")


def _add_ring(parser: argparse.ArgumentParser, *, default_from_bundle: bool = False) -> None:
    group = parser.add_argument_group("automatic ring")
    source = "the bundle's" if default_from_bundle else "the study's"
    group.add_argument(
        "--ring-width", type=float, metavar="MM",
        help=f"width (default {source}, {RING_WIDTH_MM:g} mm)",
    )  # fmt: skip
    low, high = RING_HU_RANGE
    group.add_argument(
        "--hu-range", type=float, nargs=2, metavar=("LOW", "HIGH"),
        help=f"limits that leave out air and bone (default {source}, {low:g} {high:g})",
    )  # fmt: skip


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, help="folder or .zip (default: the shipped one)")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=["cpu", "cuda", "auto"], default="cpu", help="of the network"
    )


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="cases worked on at a time"
    )


def _add_out(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--out", type=Path, required=True, help=text)


def _positive(word: str) -> int:
    return _at_least(1, word)


def _seed(word: str) -> int:
    return _at_least(0, word)


def _at_least(least: int, word: str) -> int:
    if not word.isdecimal() or int(word) < least:
        raise argparse.ArgumentTypeError(f"{word!r} is not a whole number of at least {least}")
    return int(word)


def _tell_error(as_json: bool, kind: str, message: str, remedy: str) -> None:
    if as_json:
        error = {"kind": kind, "message": message, "remedy": remedy}
        _tell(json.dumps({"error": error}, **_AS_JSON))
    else:
        print(f"{message}\n{remedy}".strip(), file=sys.stderr)


def _log_traceback(error: Exception) -> Path:
    with tempfile.NamedTemporaryFile(
        prefix="parotid-classifier-", suffix=".log", delete=False
    ) as log:
        path = Path(log.name)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger(__name__)
    logger.addHandler(handler)
    logger.propagate = False
    logger.error("version %s", __version__, exc_info=error)
    handler.close()
    logger.removeHandler(handler)
    return path


if __name__ == "__main__":
    sys.exit(main())
