"""The command line answers at once where there is nothing to compute: it imports nothing large."""

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path

import ParotidClassifierCore
import pytest
from ParotidClassifierCore.app.options import build_parser
from ParotidClassifierCore.bundle.shipped import DEFAULT_BUNDLE

PACKAGE = "ParotidClassifierCore.app"
HEAVY = {
    "SimpleITK", "asyncio", "highdicom", "jinja2", "joblib", "matplotlib", "numpy", "pandas",
    "pydicom", "pywt", "radiomics", "reportlab", "safetensors", "scipy", "sklearn", "statsmodels",
    "torch", "tqdm", "trimesh", "yaml",
}  # fmt: skip
SHOWN = """
import contextlib, io, json, sys
from ParotidClassifierCore.app.cli import main
codes = []
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            codes.append(main(words))
        except SystemExit as end:
            codes.append(end.code)
print(json.dumps([codes, sorted(sys.modules)]))
"""
WARMED = """
import json, sys
from ParotidClassifierCore.app.worker_commands import Desk
Desk().warm({"bundle": sys.argv[1]}, lambda fraction, step: None)
print(json.dumps(sorted(sys.modules)))
"""
# What a prediction does without; reports, studies and training ask for it.
OF_OTHERS = {
    "asyncio", "highdicom", "jinja2", "joblib", "matplotlib", "pandas", "pydicom", "radiomics",
    "reportlab", "scipy.optimize", "scipy.sparse", "scipy.stats", "sklearn", "statsmodels", "torch",
}  # fmt: skip


def commands(parser, words=()):
    """Yield the words of every command below a parser, and its parser."""
    inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not inner:
        yield words, parser
    for action in inner:
        for name, below in action.choices.items():
            yield from commands(below, (*words, name))


COMMANDS = dict(commands(build_parser()))


def answered(*calls):
    """Return the exit codes of these calls in one fresh process, and what it imported."""
    core = Path(ParotidClassifierCore.__file__).parents[1]
    asked = json.dumps([list(words) for words in calls])
    output = subprocess.check_output([sys.executable, "-c", SHOWN, asked], text=True, cwd=core)
    codes, modules = json.loads(output)
    return codes, {name.partition(".")[0] for name in modules}


def test_help_imports_nothing_large():
    asked = [(), *COMMANDS]
    codes, imported = answered(*((*words, "--help") for words in asked))
    assert codes == [0] * len(asked)
    assert not imported & HEAVY


def test_a_usage_error_imports_nothing_large():
    wrong = [(*words, "--no-such-option") for words in COMMANDS]
    codes, imported = answered(("no-such-command",), ("predict", "--jobs", "none"), *wrong)
    assert set(codes) == {2}
    assert not imported & HEAVY


def test_options_that_do_not_go_together_and_what_is_not_there_import_nothing_large():
    case, table = ("--ct", __file__, "--tumor", __file__), ("--cohort", __file__)
    codes, imported = answered(
        ("predict", "--ct", "gone", "--out", "out"),
        ("predict", *case, *table, "--out", "out"),
        ("predict", *case[:3], "gone", "--out", "out"),
        ("predict", *case, "--out", "out", "--second-bundle", "gone"),
        ("features", "--case", "gone", "--out", "out.csv"),
        ("evaluate", "--cohort", "gone.csv", "--out", "out"),
        ("ring", *case, "--protocol", "gone.yaml", "--out", "out"),
        ("bundle", "info", "gone"),
    )
    assert codes == [2, 2, 3, 4, 3, 3, 3, 4]
    assert not imported & HEAVY


def test_what_is_computed_imports_what_it_needs():
    (code,), imported = answered(("bundle", "verify", "published-clinical"))
    assert code == 0
    assert "numpy" in imported


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_there(words):
    """Each command's parser names a function by a text."""
    for function in filter(None, COMMANDS[words].get_default("command").args):
        module, _, name = function.partition(".")
        assert callable(getattr(importlib.import_module(f"{PACKAGE}.{module}"), name))


def test_a_warm_worker_holds_nothing_that_a_prediction_does_without():
    core = Path(ParotidClassifierCore.__file__).parents[1]
    command = [sys.executable, "-c", WARMED, DEFAULT_BUNDLE]
    modules = set(json.loads(subprocess.check_output(command, text=True, cwd=core)))
    assert "SimpleITK" in modules
    assert not modules & OF_OTHERS
