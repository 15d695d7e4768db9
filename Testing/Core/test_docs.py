"""README and Docs: every command runs, every link leads somewhere, every number is the code's."""

import argparse
import dataclasses
import functools
import importlib
import operator
import re
import shlex
from collections import Counter

import ParotidClassifierCore
import pytest
import yaml
from documented_commands import (
    NOT_RUN,
    PROTOCOLS,
    SHOWN_BY,
    Reader,
    is_program,
    with_less_work,
)
from documents import DOCS, README, ROOT, Document, documents
from error_texts import error_texts, quotes
from ParotidClassifierCore.app import worker
from ParotidClassifierCore.app.cli import EXIT_INTERRUPTED
from ParotidClassifierCore.app.options import build_parser
from ParotidClassifierCore.app.worker_commands import Desk
from ParotidClassifierCore.base import errors
from ParotidClassifierCore.bundle.bundle import SCHEMA_VERSION
from ParotidClassifierCore.bundle.files import SIZE_LIMITS
from ParotidClassifierCore.bundle.shipped import SHIPPED
from ParotidClassifierCore.imaging.findings import QualityFinding
from ParotidClassifierCore.protocol import ClinicalVariable, ModelSpec, Protocol, Region, shen2026
from ParotidClassifierCore.study.manifest import OWN_COLUMNS

CORE = ROOT / "ParotidClassifier" / "ParotidClassifierCore"
DOCUMENTS = documents()
# Markdown that was written elsewhere or by a program: only its links are looked at.
LINKED = [
    *DOCUMENTS,
    Document(ROOT / "Testing" / "Benchmarks" / "README.md"),
    Document(ROOT / "Testing" / "trust" / "README.md"),
    *map(Document, sorted(SHIPPED.glob("*/*.md"))),
]
COMMANDS = [(document.name, command) for document in DOCUMENTS for command in document.commands]
OURS = list(dict.fromkeys(command for _, command in COMMANDS if is_program(command)))
FOREIGN_OPTIONS = {"--dest", "--no-deps"}  # of programs that are not ours
SMOKE_OPTIONS = set(
    re.findall(r'"(--[a-z-]+)"', (ROOT / "Testing" / "smoke.py").read_text("utf-8"))
)

# In italics, and not on our panel.
WORDS_OF_SLICER = {"Transforms", "Create new database"}

by_name = functools.partial(pytest.mark.parametrize, ids=lambda document: document.name)


def doc(name):
    return Document(DOCS / name)


def first_code_span(cell):
    return re.search(r"`([^`]+)`", cell)[1]


# Commands


@pytest.fixture(scope="module")
def a_reader(tmp_path_factory, a_bundle):
    """Someone in a folder that holds the files the commands name."""
    return Reader(tmp_path_factory.mktemp("reader"), DOCUMENTS, a_bundle)


@pytest.mark.parametrize(("where", "command"), COMMANDS)
def test_command_is_run_or_explained(where, command):
    assert is_program(command) != (command in NOT_RUN), f"{where}: what tests {command!r}?"


def test_no_explanation_is_left_over():
    assert set(NOT_RUN) <= {command for _, command in COMMANDS}


def test_skipped_work_is_tested_elsewhere():
    for what, test in SHOWN_BY.items():
        assert what.lstrip("-") in (ROOT / "Testing" / "Core" / test).read_text("utf-8").replace(
            "_", "-"
        )


def test_make_targets_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {command.split()[1] for _, command in COMMANDS if command.startswith("make ")}
    assert asked <= targets


@pytest.mark.parametrize("command", OURS)
def test_command_is_understood(command):
    for arguments in (shlex.split(command)[1:], with_less_work(command)):
        if arguments != ["--version"]:  # ends the program
            build_parser().parse_args(arguments)


@pytest.mark.parametrize("command", OURS)
def test_command_succeeds(command, a_reader, capsys):
    assert a_reader.code(command) == 0, capsys.readouterr().err


# Options, links, pictures


def options_of(parser):
    """Return every option of a parser and of all its commands."""
    found = set()
    for action in parser._actions:
        found.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                found |= options_of(inner)
    return found


@by_name("document", DOCUMENTS)
def test_named_options_exist(document):
    assert document.options <= options_of(build_parser()) | SMOKE_OPTIONS | FOREIGN_OPTIONS


def test_all_options_are_documented():
    named = set().union(*(document.options for document in DOCUMENTS))
    typed = {word for command in OURS for word in command.split()}
    asked = {option for option in options_of(build_parser()) if option.startswith("--")}
    assert asked - {"--help"} <= named | typed


@by_name("document", LINKED)
def test_links_and_pictures_exist(document):
    for link in document.links:
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.path.parent / path).resolve() if path else document.path
        assert target.exists(), f"{document.name} links to {link}"
        assert target.is_relative_to(ROOT), f"{document.name} links out of the repository: {link}"
        if anchor:
            assert anchor in Document(target).anchors, f"{document.name} links to {link}"


def test_index_lists_all_pages():
    index = doc("README.md")
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in index.links}
    assert set(DOCS.glob("*.md")) - {index.path} <= linked
    assert "Resources/Docs/README.md" in Document(README).links


def test_headings_are_unique():
    for document in DOCUMENTS:
        assert [h for h, n in Counter(document.headings).items() if n > 1] == [], document.name


# What the pages say of the code


def value_at(place):
    """Return the value that a code span such as `case.grid.MARGIN_MM` names."""
    if " " in place:  # a key in a file of YAML or JSON
        file, keys = place.split()
        content = yaml.safe_load((CORE / file).read_text())
        return functools.reduce(operator.getitem, keys.split("."), content)
    parts = place.split(".")
    depth = next(n for n in range(len(parts), 0, -1) if is_module(parts[:n]))
    value = importlib.import_module(".".join(("ParotidClassifierCore", *parts[:depth])))
    for name in parts[depth:]:
        fields = {f.name: f.default for f in getattr(value, "__dataclass_fields__", {}).values()}
        value = fields[name] if name in fields else getattr(value, name)
    assert value is not dataclasses.MISSING, place
    return value


def is_module(parts):
    path = CORE.joinpath(*parts)
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def numbers_in(value):
    if isinstance(value, list | tuple):
        return [number for item in value for number in numbers_in(item)]
    return [float(value)]


def constants():
    """Return what is said and where it stands, of every table with a column of constants."""
    for line in doc("method.md").prose.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        place = re.fullmatch(r"`([\w./]+(?: [\w.]+)?)`", cells[-1])
        if line.startswith("|") and len(cells) == 3 and place:
            yield cells[0], cells[1], place[1]


@pytest.mark.parametrize(("what", "said", "place"), list(constants()))
def test_method_number_is_the_code_s(what, said, place):
    stated = [float(number) for number in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", said)]
    expected = numbers_in(value_at(place))
    assert stated[: len(expected)] == expected, what


def test_method_names_constants():
    assert len(list(constants())) > 70


def test_named_findings_exist():
    source = "\n".join(path.read_text("utf-8") for path in CORE.rglob("*.py"))
    section = doc("method.md").prose.partition("## Who may be classified")[2].partition("\n## ")[0]
    codes = [s for s in re.findall(r"`([a-z_]+)`", section) if "_" in s or s == "noisy"]
    assert len(codes) > 15
    assert [code for code in codes if f'"{code}"' not in source] == []
    assert "code" in QualityFinding.__dataclass_fields__


def test_cohort_columns_are_explained():
    rows = doc("your-own-bundle.md").table("column")
    columns = [column for row in rows for column in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(columns) == sorted([*OWN_COLUMNS, *shen2026().clinical])


def test_bundle_files_and_versions():
    developer = doc("developer.md")
    assert {first_code_span(row[0]) for row in developer.table("file")} == set(SIZE_LIMITS)
    versions = [int(row[0]) for row in developer.table("schema version")]
    assert versions == list(range(1, SCHEMA_VERSION + 1))


def test_worker_commands():
    explained = re.findall(r'"command": "(\w+)"', worker.__doc__)
    asked_by_callers = set(Desk().commands) - {"measure"}
    assert set(explained) == {*asked_by_callers, "cancel"}


def keys_of(value):
    """Return the keys that a protocol file may have for a value; the name is the entry's."""
    return {field.name for field in dataclasses.fields(value)} - {"name"}


@pytest.mark.parametrize(
    ("of", "keys"),
    [
        ("the file", keys_of(Protocol) | {"extends", "name"}),
        ("a region", keys_of(Region)),
        ("a finding", keys_of(ClinicalVariable)),
        ("a model", keys_of(ModelSpec)),
    ],
)
def test_protocol_keys_are_explained(of, keys):
    rows = doc("protocol.md").table(f"key of {of}")
    assert {key for row in rows for key in re.findall(r"`([^`]+)`", row[0])} == keys


def test_example_protocols_are_tested():
    blocks = [block for block in doc("protocol.md").blocks if block.language == "yaml"]
    shown = ["\n".join(block.lines) for block in blocks]
    assert sorted(shown) == sorted(p.read_text().strip() for p in PROTOCOLS.glob("*.yaml"))


def test_citation_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    assert f'version = "{citation["version"]}"' in project
    assert citation["version"] == ParotidClassifierCore.__version__
    assert citation["references"][0]["title"] in " ".join(
        README.read_text().replace(">", "").split()
    )


def test_readme_is_short():
    assert len(README.read_text().split()) <= 700


@by_name("document", [doc("developer.md"), doc("method.md"), doc("dicom.md")])
def test_named_files_exist(document):
    parts = [ROOT / name for name in ("ParotidClassifier", "Resources", "Testing")]
    names = {path.name for part in parts for path in part.rglob("*")}
    names |= {path.name for path in ROOT.iterdir()}
    roots = (ROOT, CORE, CORE.parent, CORE.parent / "Resources", ROOT / "Testing")
    for span in document.code_spans:
        if not re.fullmatch(r"[\w./-]+\.(py|ui|md|txt|toml|in)", span) or "XPanel" in span:
            continue
        there = any((root / span).is_file() for root in roots)
        assert there or ("/" not in span and span in names), f"{document.name}: {span}"


@by_name("document", [doc("radiologist.md"), doc("errors.md")])
def test_panel_words_exist(document):
    forms = (ROOT / "ParotidClassifier" / "Resources" / "UI").glob("*.ui")
    shown = {*texts(), *(form.read_text("utf-8").replace("&apos;", "'") for form in forms)}
    words = [word for word in document.italics if word[0].isupper() or word[0].isdigit()]
    for word in words:
        of_slicer = "→" in word or word in WORDS_OF_SLICER
        assert of_slicer or any(word in text for text in shown), f"{document.name}: {word}"


# Errors


def kinds():
    found = [errors.ParotidClassifierError]
    for kind in found:
        found += kind.__subclasses__()
    return [kind for kind in found[1:] if kind.__module__ == errors.__name__]


def test_error_kinds_are_explained():
    page = doc("errors.md")
    explained = {heading for heading in page.headings if re.fullmatch(r"[A-Z]\w+", heading)}
    assert explained == {kind.__name__ for kind in kinds()} | {"InternalError", "Interrupted"}


def test_exit_codes_are_explained():
    said = {int(code): cell for code, _, cell in doc("errors.md").table("exit code")}
    others = said.pop(errors.EXIT_UNUSABLE_INPUT)
    assert others == "all others"
    for kind in kinds():
        named = [code for code, cell in said.items() if f"`{kind.__name__}`" in cell]
        expected = [] if kind.exit_code == errors.EXIT_UNUSABLE_INPUT else [kind.exit_code]
        assert named == expected, kind.__name__
    assert "`InternalError`" in said[errors.EXIT_OUR_FAULT]
    assert "`Interrupted`" in said[EXIT_INTERRUPTED]


def quoted_messages():
    page = doc("errors.md")
    lines = page.prose.partition("## The kinds")[2].splitlines()
    return [found[1] for line in lines if (found := re.match(r"\| `([^`]+)` \| ", line))]


@pytest.mark.parametrize("message", quoted_messages())
def test_quoted_message_can_occur(message):
    assert quotes(message, texts())


@functools.lru_cache(maxsize=1)
def texts():
    return error_texts()


def test_made_up_message_is_noticed():
    assert len(quoted_messages()) > 50
    assert not quotes("The … of the moon is …", texts())
