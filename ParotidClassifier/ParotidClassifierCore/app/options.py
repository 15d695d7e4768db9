"""What the command line understands: commands and their options."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import __version__
from ..models.settings import CROSS_FITTED, STACKINGS
from ..protocol import ClinicalVariable, shen2026
from . import commands, study_commands
from .option_groups import (
    add_bootstraps,
    add_bundle,
    add_case,
    add_clinical,
    add_cohort,
    add_device,
    add_dicom,
    add_identity,
    add_jobs,
    add_many_cases,
    add_more_answers,
    add_out,
    add_protocol,
    add_ring,
    add_ring_file,
    add_second_opinions,
    positive,
    seed,
    share,
)

_BRIEF = 60


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
    add_case(parser)
    add_ring_file(parser)
    for variable in shen2026().predictors.values():
        parser.add_argument(
            f"--{variable.name.replace('_', '-')}", choices=variable.choices,
            help=f"{_in_brief(variable)}; unknown if not given",
        )  # fmt: skip
    add_clinical(parser)
    add_bundle(parser)
    add_ring(parser, default_from_bundle=True)
    add_device(parser)
    add_more_answers(parser)
    add_dicom(parser)
    add_identity(parser)
    add_second_opinions(parser)
    add_many_cases(parser)
    add_out(parser, "folder for the results")


def _in_brief(variable: ClinicalVariable) -> str:
    """Return what a variable is in less than a line of help, within a sentence."""
    text = variable.definition.removesuffix(".")
    text = text if len(text) < _BRIEF else variable.question
    return f"{text[0].lower()}{text[1:]}"


def _ring(subparsers) -> None:
    parser = _command(
        subparsers, "ring", commands.ring, "Draw the peritumoral ring; writes ring.seg.nrrd."
    )
    add_case(parser)
    add_protocol(parser)
    add_ring(parser)
    add_out(parser, "folder for ring.seg.nrrd")


def _features(subparsers) -> None:
    parser = _command(
        subparsers, "features", commands.features,
        "Compute all 1874 radiomic features of each region into a CSV table.",
    )  # fmt: skip
    add_case(parser)
    add_ring_file(parser)
    add_protocol(parser)
    add_ring(parser)
    add_out(parser, "the CSV file")


def _simulate(subparsers) -> None:
    parser = _command(
        subparsers,
        "simulate",
        study_commands.simulate,
        "Make one simulated case, or a whole cohort.",
    )
    parser.add_argument("--cohort", type=positive, metavar="N", help="a cohort of N cases")
    parser.add_argument("--outcome", choices=["benign", "malignant"], help="of the one case")
    parser.add_argument("--seed", type=seed, default=0, help="same seed, same voxels (default 0)")
    add_protocol(parser)
    add_jobs(parser)
    add_out(parser, "folder for the case or the cohort")


def _cohort(subparsers) -> None:
    group = subparsers.add_parser("cohort", help="Check a cohort, or extract its features.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    parser = _command(
        inner, "check", study_commands.cohort_check,
        "Check every row, image and outline of a cohort before training on it.",
    )  # fmt: skip
    add_cohort(parser, cached=False)
    add_protocol(parser)
    add_ring(parser)
    parser = _command(
        inner, "features", study_commands.cohort_features,
        "Compute all radiomic features of a cohort into one Parquet table.",
    )  # fmt: skip
    add_cohort(parser)
    add_protocol(parser)
    add_ring(parser)
    add_out(parser, "the Parquet file")


def _train(subparsers) -> None:
    parser = _command(
        subparsers, "train", study_commands.train,
        "Train all models of a study on a cohort, evaluate them and write bundle and report.",
    )  # fmt: skip
    add_cohort(parser)
    parser.add_argument("--name", required=True, help="name of the bundle")
    parser.add_argument(
        "--test-share", type=share, metavar="SHARE",
        help="draw the test cases at random, where the table names no split (the study: 0.3); "
        "without it, all cases are trained on",
    )  # fmt: skip
    add_protocol(parser)
    parser.add_argument(
        "--stacking", choices=STACKINGS, default=CROSS_FITTED,
        help="fusions are fitted on out-of-fold network outputs (default) or as in the paper",
    )  # fmt: skip
    parser.add_argument(
        "--force", action="store_true", help="train on fewer than 10 cases of a class; noted"
    )
    parser.add_argument(
        "--epochs", type=positive,
        help="training epochs of the network (default: at most 40, chosen by the folds)",
    )  # fmt: skip
    parser.add_argument("--imagenet", type=Path, help="MobileNetV3 checkpoint to start from")
    parser.add_argument(
        "--seed", type=seed, default=0, help="of folds, network and intervals (default 0)"
    )
    add_bootstraps(parser)
    add_device(parser)
    add_ring(parser)
    add_out(parser, "folder of the bundle")
    parser.add_argument(
        "--report", type=Path, help="folder of the report (default: OUT-report beside the bundle)"
    )


def _evaluate(subparsers) -> None:
    parser = _command(
        subparsers, "evaluate", study_commands.evaluate,
        "Judge a bundle on a cohort it has not learnt from and write the report.",
    )  # fmt: skip
    add_bundle(parser)
    add_cohort(parser)
    add_bootstraps(parser)
    add_device(parser)
    add_out(parser, "folder of the report")


def _bundle(subparsers) -> None:
    group = subparsers.add_parser("bundle", help="Show or verify a model bundle.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    for name, function, text in (
        ("info", commands.bundle_info, "Show what a bundle holds and where it comes from."),
        ("verify", commands.bundle_verify, "Check a bundle's files, hashes and contents."),
    ):
        parser = _command(inner, name, function, text)
        parser.add_argument(
            "bundle", nargs="?", metavar="BUNDLE",
            help="folder, .zip or name of a shipped one (default: the demonstration bundle)",
        )  # fmt: skip
    parser = _command(
        inner, "published-clinical", commands.bundle_published_clinical,
        "Write the bundle that follows from the published odds ratios of the clinical findings.",
    )  # fmt: skip
    add_out(parser, "folder of the bundle")


def _demo(subparsers) -> None:
    parser = _command(subparsers, "demo", commands.demo, "Make a simulated case and classify it.")
    parser.add_argument("--seed", type=seed, default=commands.DEMO_SEED, help="of the case")
    add_bundle(parser)
    add_more_answers(parser)
    add_out(parser, "folder for the case and the results")
