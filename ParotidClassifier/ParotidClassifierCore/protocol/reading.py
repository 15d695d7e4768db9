"""Read a protocol from YAML or JSON; everything a file says is checked and nothing is ignored.

The entries are explained in Resources/Docs/protocol.md.
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..base.disk import extended
from ..base.errors import ProtocolError, UnreadableFileError, UsageError
from ..base.strict_json import (
    DECIMAL_POINT,
    MalformedError,
    as_count,
    as_flag,
    as_items,
    as_number,
    as_numbers,
    as_object,
    as_probability,
    as_scale,
    as_text,
    parsed,
    with_keys,
)
from .clinical import ClinicalVariable
from .columns import TABLE_COLUMNS
from .plain_yaml import parsed_yaml
from .protocol import ModelSpec, Protocol
from .regions import Code, Region, RingSettings

_SHIPPED = {"shen2026": Path(__file__).with_name("shen2026.json")}
_MOST_BYTES = 2**18
_MOST_REGIONS, _MOST_VARIABLES, _MOST_LEVELS, _MOST_MODELS = 8, 100, 20, 100
# A model is fitted on log-odds of folds held out, once more for each model below it: of five folds
# two must be left to learn from.
_LONGEST_CHAIN = 2
_TISSUE = Code("85756007", "SCT", "Tissue")  # there is no code for what lies around a mass
# Okabe & Ito, Color Universal Design, 2008: told apart by readers who see few colours.
_LINES = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_OUTLINES = ("#f0e442", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#d55e00", "#0072b2")


@lru_cache(maxsize=1)
def shen2026() -> Protocol:
    """Return the protocol of the published study, Shen et al. 2026."""
    return protocol_from(parsed(_SHIPPED["shen2026"].read_bytes()))


def read_protocol(path: Path) -> Protocol:
    """Read a protocol that a hospital wrote, YAML or JSON; it may extend a shipped one.

    With `extends: shen2026` the file says what differs: mappings are merged by name, null removes.

    Raises:
        UnreadableFileError: the file cannot be read.
        ProtocolError: names the file, the entry and what is wrong with it.
    """
    try:
        with extended(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(
            f"{path} cannot be read: {error.strerror or error}.", "Give the file of a protocol."
        ) from error
    try:
        return protocol_from(_complete(_parsed(content, path.suffix)))
    except MalformedError as error:
        raise ProtocolError(
            f"{path} is not a study protocol: {error}.",
            "Correct it; a file with `extends: shen2026` needs only a name and what differs.",
        ) from error


def _parsed(content: bytes, suffix: str) -> dict[str, Any]:
    if len(content) > _MOST_BYTES:
        raise MalformedError(f"it has more than {_MOST_BYTES} bytes")
    if suffix.lower() == ".json":
        return parsed(content)
    try:
        value = parsed_yaml(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise MalformedError(f"it is not UTF-8 text ({error})") from error
    if value is None:
        raise MalformedError("it is empty")
    return as_object(value, "the file")


def _complete(content: dict[str, Any]) -> dict[str, Any]:
    """Return all of a protocol whose file may say only what differs from a shipped one."""
    if "extends" not in content:
        return content
    base = _one_of(_SHIPPED)(content["extends"], "extends")
    if content.get("name") in (None, base):
        raise MalformedError(f"it needs a name of its own beside {base}")
    shipped = parsed(_SHIPPED[base].read_bytes())
    changes = {"title": None} | {key: v for key, v in content.items() if key != "extends"}
    return _merged(shipped, changes)


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, change in changes.items():
        if change is None and key not in base:
            raise MalformedError(f"{key} is not there to be removed by null")
        if isinstance(change, dict) and isinstance(base.get(key), dict):
            merged[key] = _merged(base[key], change)
        else:
            merged[key] = change
    return {key: value for key, value in merged.items() if value is not None}


def protocol_from(content: dict[str, Any]) -> Protocol:
    """Return the protocol that `Protocol.as_json` gave, or that a stranger's bundle carries.

    Raises:
        MalformedError: names the entry and what is wrong with it.
    """
    required = ("name", "regions", "models")
    with_keys(content, required, "the protocol", ("title", "source", "clinical", "headline"))
    name = _protocol_name(content["name"], "name")
    regions = _regions(content["regions"])
    clinical = _each(content.get("clinical", {}), "clinical", (0, _MOST_VARIABLES), _variable)
    columns = [variable.column for variable in clinical.values()]
    for column in columns:
        if columns.count(column) > 1:
            raise MalformedError(f"clinical: several variables have the column {column!r}")
    models = _models(content["models"], regions, clinical)
    return Protocol(
        name=name,
        title=_line(200)(content.get("title", name), "title"),
        source=as_text(content.get("source", ""), "source"),
        regions=regions,
        clinical=clinical,
        models=models,
        headline=_names(models, in_order=False)(content.get("headline", []), "headline"),
    )


# A reader takes a value and its place in the file, and returns the value.
_Reader = Callable[[Any, str], Any]


def _each(
    value: Any, where: str, bounds: tuple[int, int], read: Callable[[str, Any, str], Any]
) -> dict[str, Any]:
    """Return what `read` makes of name, content and place of each entry, by its name."""
    content = as_object(value, where)
    if not bounds[0] <= len(content) <= bounds[1]:
        raise MalformedError(f"{where} has {len(content)} entries, not {bounds[0]} to {bounds[1]}")
    for twins in itertools.combinations(content, 2):
        if twins[0].casefold() == twins[1].casefold():
            raise MalformedError(f"{where}: {' and '.join(twins)} differ by capitals alone")
    return {name: read(name, item, f"{where}: {name}") for name, item in content.items()}


def _fields(
    value: Any, where: str, readers: Mapping[str, _Reader], required: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the fields of an entry, each as its reader reads it."""
    content = with_keys(value, required, where, set(readers) - set(required))
    return {key: readers[key](item, f"{where}: {key}") for key, item in content.items()}


def _made(make: Callable[..., Any], **readers: _Reader) -> _Reader:
    """Return a reader of an entry with all these fields: it returns what `make` makes of them."""

    def read(value: Any, where: str) -> Any:
        try:
            return make(**_fields(value, where, readers, readers))
        except UsageError as error:
            raise MalformedError(f"{where}: {error.message.removesuffix('.')}") from error

    return read


def _like(pattern: str, words: str) -> _Reader:
    def read(value: Any, where: str) -> str:
        if not re.fullmatch(pattern, as_text(value, where)):
            raise MalformedError(f"{where}: {value[:80]!r} is not {words}")
        return value

    return read


def _line(most: int) -> _Reader:
    return _like(rf"\S[^\n\t]{{0,{most - 1}}}", f"one line of at most {most} letters")


def _names(known: Iterable[str], *, in_order: bool = True) -> _Reader:
    """Return a reader of names that are known; it returns them in the order of `known`."""

    def read(value: Any, where: str) -> tuple[str, ...]:
        names = as_items(value, where, _MOST_MODELS)
        for name in names:
            _one_of(known)(name, where)
        return tuple(name for name in (known if in_order else names) if name in names)

    return read


def _one_of(known: Iterable[str]) -> _Reader:
    none = "known: there are none, as where null took them away; take it out here too"
    return _like("|".join(map(re.escape, known)), f"one of {', '.join(known)}" if known else none)


def _limits(value: Any, where: str) -> tuple[float, ...]:
    if len(as_items(value, where, _MOST_LEVELS)) != 2:
        hint = f": {DECIMAL_POINT}" if len(value) > 2 else ""
        raise MalformedError(f"{where} is not a lower and an upper limit{hint}")
    return as_numbers(value, where, 2)


def _decimals(value: Any, where: str) -> int:
    if as_count(value, where) > 6:
        raise MalformedError(f"{where} is more than 6")
    return value


_protocol_name = _like("[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,63}", "letters, digits and ._+()-")
_region_name = _like("[A-Z][A-Za-z0-9]{0,31}", "a capital letter and at most 31 letters or digits")
_variable_name = _like("[a-z][a-z0-9_]{0,39}", "a small letter and at most 39 more, digits or _")
_level_name = _like(
    "(?!(?i:unknown)$)[A-Za-z0-9][A-Za-z0-9 ._+<>-]{0,39}", "a short word, other than unknown"
)
_model_name = _like("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", "1 to 64 letters, digits and ._+-")
_words = _line(40)
_color = _like("#[0-9a-fA-F]{6}", "a colour such as '#d55e00'")
_code = _made(Code, value=_line(16), scheme=_line(16), meaning=_line(64))  # as DICOM allows
_ring = _made(RingSettings, width_mm=as_number, hu_range=_limits)


def _regions(value: Any) -> dict[str, Region]:
    regions: dict[str, Region] = {}

    def region(name: str, entry: Any, where: str) -> None:
        readers = {"color": _color, "category": _code, "kind": _code, "words": _words}
        if not regions and "ring" in as_object(entry, where):
            raise MalformedError(f"{where}: the first region is outlined by hand and has no ring")
        if regions:
            readers |= {"ring": _ring, "around": _names(regions)}
        said = _fields(entry, where, readers, ["ring"] if regions else [])
        around = said.setdefault("around", tuple(regions)[:1])
        if regions and not around:
            raise MalformedError(f"{where}: around names no region")
        used = [other.color for other in regions.values()]
        usual = {"category": _TISSUE, "kind": _TISSUE, "color": _free(_OUTLINES, used)}
        regions[_region_name(name, where)] = Region(name, **usual | said)

    _each(value, "regions", (1, _MOST_REGIONS), region)
    return regions


def _free(palette: tuple[str, ...], used: Collection[str]) -> str:
    return next((c for c in palette if c not in used), palette[len(used) % len(palette)])


_OF_ANY: dict[str, _Reader] = {
    "label": _line(80),
    "question": _line(120),
    "phrase": _line(80),
    "column": _variable_name,
    "definition": _line(500),
    "plural": as_flag,
}
_OF_A_NUMBER = {"unit": _line(20), "maximum": as_scale, "decimals": _decimals}
_OF_LEVELS = {
    "levels": lambda value, where: _each(value, where, (2, _MOST_LEVELS), _level),
    "frequency": _made(dict, benign=as_probability, malignant=as_probability),
}


def _variable(name: str, value: Any, where: str) -> ClinicalVariable:
    readers, needed = _OF_A_NUMBER, ("label", "unit", "maximum")
    if "levels" in as_object(value, where):
        level = _one_of(as_object(value["levels"], f"{where}: levels"))
        known = {"malignant": level, "reference": level, "phrases": _phrases(level)}
        readers, needed = _OF_LEVELS | known, ("label", "levels")
    elif not {"unit", "maximum"} & set(value):
        raise MalformedError(f"{where} has neither levels nor, as a number, unit and maximum")
    said = _fields(value, where, _OF_ANY | readers, needed)
    if said.get("reference") == said.get("malignant", ""):
        raise MalformedError(f"{where}: reference is the level that malignant names")
    if "frequency" in said and "malignant" not in said:
        raise MalformedError(f"{where}: frequency is of the level 'malignant', which is not named")
    label, levels = said["label"], said.get("levels", {})
    usual = {
        "question": label,
        "phrase": label if label[:2].isupper() else label[0].lower() + label[1:],
        "column": name,
        "reference": next((word for word in levels if word != said.get("malignant")), ""),
    }
    if name in TABLE_COLUMNS:
        raise MalformedError(f"{where}: tables have another column of this name")
    return ClinicalVariable(_variable_name(name, where), **usual | said)


def _phrases(level: _Reader) -> _Reader:
    def phrase(word: str, text: Any, where: str) -> str:
        level(word, where)
        return _line(80)(text, where)

    return lambda value, where: _each(value, where, (0, _MOST_LEVELS), phrase)


def _level(word: str, label: Any, where: str) -> str:
    _level_name(word, where)
    return _line(80)(label, where)


def _models(
    value: Any, regions: Mapping[str, Region], clinical: Mapping[str, ClinicalVariable]
) -> dict[str, ModelSpec]:
    readers = {
        "radiomics": _names(regions),
        "network": _names(regions),
        "clinical": _names(clinical),
        "log_odds": _names(as_object(value, "models")),
        "color": _color,
        "words": _words,
    }

    def model(name: str, entry: Any, where: str) -> ModelSpec:
        spec = ModelSpec(_model_name(name, where), **_fields(entry, where, readers))
        if name in TABLE_COLUMNS or name in clinical:
            raise MalformedError(f"{where}: tables have another column of this name")
        if not spec.kinds:
            raise MalformedError(f"{where} reads nothing")
        if spec.radiomics and spec.log_odds:
            raise MalformedError(
                f"{where} selects radiomic features and reads log-odds: give the features a model "
                "of their own, and read its log-odds too"
            )
        for variable in spec.clinical:
            if not clinical[variable].can_predict:
                raise MalformedError(
                    f"{where}: {variable} cannot predict: it is no number, and has not two levels "
                    "of which one is named as malignant"
                )
        return spec

    return _colored(_in_order(_each(value, "models", (1, _MOST_MODELS), model)))


def _in_order(models: Mapping[str, ModelSpec]) -> dict[str, ModelSpec]:
    """Return the models as they come, but each after those whose log-odds it reads."""
    ordered: dict[str, ModelSpec] = {}
    depth: dict[str, int] = {}
    while waiting := [model for name, model in models.items() if name not in ordered]:
        ready = next((m for m in waiting if set(m.log_odds) <= set(ordered)), None)
        if ready is None:
            names = ", ".join(model.name for model in waiting)
            raise MalformedError(f"models: {names} wait for each other's log-odds in a circle")
        ordered[ready.name] = ready
        depth[ready.name] = 1 + max((depth[name] for name in ready.log_odds), default=-1)
        if depth[ready.name] > _LONGEST_CHAIN:
            raise MalformedError(
                f"models: {ready.name} reads log-odds of log-odds of log-odds; at most "
                f"{_LONGEST_CHAIN} in a row are possible"
            )
    return ordered


def _colored(models: Mapping[str, ModelSpec]) -> dict[str, ModelSpec]:
    """Give each model without a colour that of its regions, or a free one if that line is drawn."""
    lines = {(m.color, m.dash): m.regions for m in models.values() if m.color}
    colored = {}
    for name, model in models.items():
        free = _free(_LINES, [color for color, _ in lines])
        of_regions = (c for (c, _), regions in lines.items() if regions == model.regions != ())
        derived = next((c for c in of_regions if (c, model.dash) not in lines), free)
        colored[name] = replace(model, color=model.color or derived)
        lines[colored[name].color, model.dash] = model.regions
    return colored
