"""What the command line understands: commands and their options.

Nothing here needs numpy or another large library: the help and what is wrong with the options are
told at once, and the module of a command is imported when it runs.
"""

import argparse
import contextlib
import importlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, NoReturn

from .. import __version__
from ..base.errors import UsageError
from ..base.result import Result
from ..models.settings import BOOTSTRAPS, CROSS_FITTED, STACKINGS, ModelTrainingSettings
from ..network.device import CPU, DEVICES
from ..protocol import ClinicalVariable, shen2026
from ..radiomics.engines import Engine
from ..radiomics.names import feature_names

DEMO_SEED = 3
BOTH_ENGINES = "both"  # a choice beside the engines, of `features`
_BRIEF = 60


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


# What a value is read as, by the name that the help gives it; any other is a text.
_READ_AS = {
    **dict.fromkeys(("CT", "FILE", "FOLDER", "IMAGENET", "OUT", "REPORT", "TABLE", "TUMOR"), Path),
    **dict.fromkeys(("LOW", "MM"), float),
    **dict.fromkeys(("EPOCHS", "N"), _positive),
    **dict.fromkeys(("CASES", "SEED"), _whole),
    "NAME=VALUE": _pair,
    "SHARE": _share,
}
# What else argparse must know of an option, wherever it stands.
_MORE = {
    **{f"--{outline}-label N": {"type": int} for outline in ("tumor", "ring", "second-tumor")},
    "--bootstraps N": {"default": BOOTSTRAPS},
    "--clinical NAME=VALUE": {"action": "append"},
    "--cohort TABLE": {"required": True},
    "--device": {"choices": DEVICES, "default": CPU},
    "--hu-range LOW HIGH": {"nargs": 2},
    "--name NAME": {"required": True},
    "--out OUT": {"required": True},
    "--radiomics-engine": {
        "choices": [engine.value for engine in Engine],
        "default": Engine.BUILT_IN.value,
    },
    "--outcome": {"choices": ("benign", "malignant")},
    "--ring FILE": {"action": "append", "type": str},
    "--seed SEED": {"default": 0},
    "--stacking": {"choices": STACKINGS, "default": CROSS_FITTED},
    "--steadiness CASES": {"default": 0},
}

# The options that several commands have, or that are many: as they are written, and their help.
_ANY_SERIES = (
    "take a DICOM outline by its position alone, though it names another series or frame of "
    "reference than the CT's, as after a second anonymisation; the result says so"
)
_CASE = {
    "--case FOLDER": "a saved case (ct.nrrd, segmentation.seg.nrrd, clinical.json) instead of the "
    "options below",
    "--ct CT": "NRRD, NIfTI or MetaImage file, DICOM folder, or DICOMDIR",
    "--series UID": "which series of a DICOM folder or DICOMDIR",
    "--acquisition NAME": "which acquisition of a series that holds several, such as phases; what "
    "there is, is listed where none is named",
    "--tumor TUMOR": "the outline: label map, .seg.nrrd, DICOM SEG or RTSTRUCT, or a folder with "
    "one of the latter two",
    "--tumor-label N": "which label of a label map",
    "--tumor-segment NAME": "which segment (default Tumor)",
    "--tumor-roi NAME": "which ROI of an RTSTRUCT, likewise",
    "--tumor-any-series": _ANY_SERIES,
}
_DRAWN_RING = {
    "--ring FILE": "file with External2, as for --tumor; of another ring of the study protocol "
    "NAME=FILE, repeatable",
    "--ring-label N": "which label of a label map",
    "--ring-segment NAME": "which segment (default External2)",
    "--ring-roi NAME": "which ROI of an RTSTRUCT, likewise",
    "--ring-any-series": _ANY_SERIES,
}
_SECOND_OPINION = {
    "--second-bundle BUNDLE": "ask this bundle too, and compare the answers",
    "--second-tumor FILE": "the tumour as another reader outlined it: how alike, and would the "
    "answer change",
    "--second-tumor-label N": "its label",
    "--second-tumor-segment NAME": "its segment",
    "--second-tumor-roi NAME": "its ROI",
    "--second-tumor-any-series": _ANY_SERIES,
}
_MORE_ANSWERS = {
    "--saliency": "also write where the network looked (saliency.nrrd) and show it in overview.png",
    "--stability": "also classify slightly different outlines and tell how the answer changes",
    "--report": "also write a report for a tumour board (report.html, report.pdf); includes "
    "--saliency and --stability where the bundle can tell them",
    "--case-label TEXT": "what the report calls the case, a pseudonym (default: a line to write "
    "on)",
    "--prepared-by TEXT": "who made the report (default: a line to write on)",
    "--show-outside": "show the models' numbers of a case that is unlike the training cases, too; "
    "they are not reliable there",
}
_TABLE = {
    "--cohort TABLE": "CSV or XLSX table of the cases",
    "--encoding NAME": "of a CSV table that is not UTF-8, such as gb18030 or cp1252",
}
_CACHE = {
    "--cache FOLDER": "keeps what was computed of each case (default: cohort.cache beside the "
    "table cohort.csv)"
}
_MACHINES = {
    "--jobs N": "cases worked on at a time (default: one for each core)",
    "--dask ADDRESS": "extract on this Dask cluster, such as tcp://host:8786",
}
_COHORT = _TABLE | _CACHE | _MACHINES
_BUNDLE = {
    "--bundle BUNDLE": "folder, .zip or name of a shipped one (default: the demonstration bundle)"
}
_PROTOCOL = {
    "--protocol FILE": "what the study computes, as YAML or JSON: regions, clinical findings, "
    "models (default: that of Shen et al. 2026)"
}
_JUDGING = {
    "--bootstraps N": f"resamples of the test set for its intervals (default {BOOTSTRAPS})",
    "--steadiness CASES": "also classify so many test cases again with changes that nobody can "
    "see, and report how far the log-odds move (default: none)",
}
_DEVICE = {"--device": "of the network"}
_ENGINE = {
    "--radiomics-engine": "what measures the radiomic features: the built-in engine (default) or "
    "PyRadiomics, where it is installed; the numbers are the same but for rounding"
}


class _Parser(argparse.ArgumentParser):
    """Raises what is wrong, for `main` to tell it as any other error.

    It also ends as it should where the help cannot be written; argparse does so from 3.11 on.
    """

    def error(self, message: str) -> NoReturn:
        """Raise UsageError: one sentence, and where to look, without the usage of all options."""
        raise UsageError(
            f"{message[:1].upper()}{message[1:].rstrip('.')}.", f"See `{self.prog} --help`."
        )

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:
        with contextlib.suppress(OSError):
            super()._print_message(message, file)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="parotid-classifier",
        description="Probability of malignancy of a parotid tumour on contrast-enhanced CT. "
        "Research software, not a medical device.",
        epilog="Exit codes: 0 done, 1 our fault, 2 usage, 3 unusable input, 4 refused bundle, "
        "130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    _predict(subparsers)
    _ring_and_features(subparsers)
    _simulate(subparsers)
    _cohort(subparsers)
    _train(subparsers)
    _evaluate(subparsers)
    _bundle(subparsers)
    _demo(subparsers)
    return parser


def _command(
    subparsers, name: str, function: str, text: str, of_table: str | None = None
) -> argparse.ArgumentParser:
    """Add a command.

    Args:
        function: `module.name` of what it does, in this package.
        of_table: likewise, of what it does where a table of cases is named.
    """
    parser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=partial(_run, function, of_table))
    return parser


def _run(function: str, of_table: str | None, options: argparse.Namespace) -> Result:
    from .case_options import require_answerable

    require_answerable(options)
    is_table = of_table is not None and options.cohort is not None
    module, _, name = (of_table if is_table else function).partition(".")
    return getattr(importlib.import_module(f".{module}", __package__), name)(options)


def _add(parser: argparse._ActionsContainer, options: Mapping[str, str], **more: object) -> None:
    """Add options that are written as the help shows them; one without a value is a flag."""
    for option, text in options.items():
        name, *values = option.split()
        known = _MORE.get(option, {}) | more
        if values:
            metavar = values[0] if len(values) == 1 else tuple(values)
            known = {"type": _READ_AS.get(values[0], str), "metavar": metavar} | known
        elif "choices" not in known:
            known["action"] = "store_true"
        parser.add_argument(name, help=text, **known)


def _predict(subparsers) -> None:
    parser = _command(
        subparsers,
        "predict",
        "commands.predict",
        "Classify one case; writes prediction.json, ring.seg.nrrd and overview.png. Or all cases "
        "of a table, each into a folder of its own, with one table and page of all.",
        of_table="study_commands.predict_cohort",
    )
    _add(parser.add_argument_group("case"), _CASE)
    _add(parser.add_argument_group("ring drawn or refined by hand"), _DRAWN_RING)
    for variable in shen2026().predictors.values():
        option = f"--{variable.name.replace('_', '-')}"
        text = f"{_in_brief(variable)}; unknown if not given"
        _add(parser, {option: text}, choices=variable.choices)
    clinical = "value of any clinical variable that the bundle's study protocol has; repeatable"
    _add(parser, {"--clinical NAME=VALUE": clinical} | _BUNDLE)
    _add_automatic_ring(parser, "the bundle's")
    _add(parser, _DEVICE | _ENGINE | _MORE_ANSWERS)
    more = {
        "--dicom": "also write the outlines as DICOM SEG (segmentation.dcm) and the measurements "
        "and probabilities as DICOM Structured Report (report.dcm); the CT must be a DICOM series",
        "--keep-identity": "write the patient's name, number and birth date from the DICOM headers "
        "into the results; without it they are never written",
    }
    _add(parser, more)
    _add(parser.add_argument_group("second opinion"), _SECOND_OPINION)
    group = parser.add_argument_group("many cases, instead of one")
    _add(group, _TABLE | _MACHINES, required=False)
    _add(parser, {"--out OUT": "folder for the results"})


def _in_brief(variable: ClinicalVariable) -> str:
    """Return what a variable is in less than a line of help, within a sentence."""
    text = variable.definition.removesuffix(".")
    text = text if len(text) < _BRIEF else variable.question
    return f"{text[0].lower()}{text[1:]}"


def _add_automatic_ring(parser: argparse.ArgumentParser, whose: str = "the protocol's") -> None:
    options = {
        "--ring-width MM": f"width (default: {whose}); of several rings the first one's",
        "--hu-range LOW HIGH": f"limits that leave out air and bone (default: {whose})",
    }
    _add(parser.add_argument_group("automatic ring"), options)


def _ring_and_features(subparsers) -> None:
    text = "Draw the peritumoral ring; writes ring.seg.nrrd."
    parser = _command(subparsers, "ring", "commands.ring", text)
    _add(parser.add_argument_group("case"), _CASE)
    _add(parser, _PROTOCOL)
    _add_automatic_ring(parser)
    _add(parser, {"--out OUT": "folder for ring.seg.nrrd"})
    text = f"Compute all {len(feature_names())} radiomic features of each region into a CSV table."
    parser = _command(subparsers, "features", "commands.features", text)
    _add(parser.add_argument_group("case"), _CASE)
    _add(parser.add_argument_group("ring drawn or refined by hand"), _DRAWN_RING)
    _add(parser, _PROTOCOL)
    _add_automatic_ring(parser)
    (which,) = _ENGINE.values()
    both = f"{which}; both of them: side by side, with their differences"
    choices = [*(engine.value for engine in Engine), BOTH_ENGINES]
    _add(parser, {"--radiomics-engine": both}, choices=choices)
    _add(parser, {"--out OUT": "the CSV file"})


def _simulate(subparsers) -> None:
    text = "Make one simulated case, or a whole cohort."
    parser = _command(subparsers, "simulate", "study_commands.simulate", text)
    options = {
        "--cohort N": "a cohort of N cases",
        "--outcome": "of the one case (default: drawn by the seed)",
        "--seed SEED": "same seed, same voxels (default 0)",
    }
    _add(parser, options | _PROTOCOL)
    _add(parser, {"--jobs N": "cases worked on at a time (default 1)"}, default=1)
    _add(parser, {"--out OUT": "folder for the case or the cohort"})


def _cohort(subparsers) -> None:
    group = subparsers.add_parser("cohort", help="Check a cohort, or extract its features.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    text = "Check every row, image and outline of a cohort before training on it."
    parser = _command(inner, "check", "study_commands.cohort_check", text)
    _add(parser, _TABLE | _MACHINES | _PROTOCOL)
    _add_automatic_ring(parser)
    text = "Compute all radiomic features of a cohort into one Parquet table."
    parser = _command(inner, "features", "study_commands.cohort_features", text)
    _add(parser, _COHORT | _PROTOCOL | _ENGINE)
    _add_automatic_ring(parser)
    _add(parser, {"--out OUT": "the Parquet file"})


def _train(subparsers) -> None:
    text = "Train all models of a study on a cohort, evaluate them and write bundle and report."
    parser = _command(subparsers, "train", "study_commands.train", text)
    _add(parser, _COHORT)
    fewest = ModelTrainingSettings.min_cases_per_class
    options = {
        "--name NAME": "name of the bundle",
        "--test-share SHARE": "draw the test cases at random, where the table names no split (the "
        "study: 0.3); without it, all cases are trained on",
        **_PROTOCOL,
        "--stacking": "fusions are fitted on out-of-fold network outputs (default) or as in the "
        "paper",
        "--force": f"train on fewer than {fewest} cases of a class; noted",
        "--epochs EPOCHS": "training epochs of the network (default: at most 40, chosen by the "
        "folds)",
        "--imagenet IMAGENET": "MobileNetV3 checkpoint to start from",
        "--seed SEED": "of folds, network and intervals (default 0)",
    }
    _add(parser, options | _JUDGING | _DEVICE | _ENGINE)
    _add_automatic_ring(parser)
    report = "folder of the report (default: OUT-report beside the bundle)"
    _add(parser, {"--out OUT": "folder of the bundle", "--report REPORT": report})


def _evaluate(subparsers) -> None:
    text = "Judge a bundle on a cohort it has not learnt from and write the report."
    parser = _command(subparsers, "evaluate", "study_commands.evaluate", text)
    out = {"--out OUT": "folder of the report"}
    _add(parser, _BUNDLE | _COHORT | _JUDGING | _DEVICE | _ENGINE | out)


def _bundle(subparsers) -> None:
    group = subparsers.add_parser("bundle", help="Show or verify a model bundle.")
    inner = group.add_subparsers(required=True, metavar="ACTION")
    for name, function, text in (
        ("info", "commands.bundle_info", "Show what a bundle holds and where it comes from."),
        ("verify", "commands.bundle_verify", "Check a bundle's files, hashes and contents."),
    ):
        parser = _command(inner, name, function, text)
        (which,) = _BUNDLE.values()
        parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help=which)
    text = "Write the bundle that follows from the published odds ratios of the clinical findings."
    parser = _command(inner, "published-clinical", "commands.bundle_published_clinical", text)
    _add(parser, {"--out OUT": "folder of the bundle"})


def _demo(subparsers) -> None:
    text = "Make a simulated case and classify it."
    parser = _command(subparsers, "demo", "commands.demo", text)
    _add(parser, {"--seed SEED": "of the case"}, default=DEMO_SEED)
    _add(parser, _BUNDLE | _MORE_ANSWERS | {"--out OUT": "folder for the case and the results"})
