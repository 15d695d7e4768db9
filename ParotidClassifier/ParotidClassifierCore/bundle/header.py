"""A bundle's files, checked, and its bundle.json read; with the standard library and numpy alone.

What a bundle is, is so known where the libraries that run it are not installed.
"""

from __future__ import annotations

import re
import reprlib
from pathlib import Path
from typing import Any

from ..base.errors import UsageError
from ..base.strict_json import (
    MalformedError,
    as_count,
    as_flag,
    as_items,
    as_number,
    as_numbers,
    as_object,
    as_probability,
    as_text,
    parsed,
    with_keys,
)
from ..imaging.ring import RingSettings
from ..models.settings import STACKINGS
from ..protocol.names import ELEVEN_MODELS
from .bundle import KINDS, SCHEMA_VERSION, TrainingCohort
from .files import BUNDLE_JSON, check_names, check_sums, opened, refusal

BUNDLE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,63}")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")
_READABLE_VERSIONS = tuple(range(1, SCHEMA_VERSION + 1))
_MOST_NOTES = 100
_MOST_CASES = 1_000_000


def checked_files(path: Path) -> dict[str, bytes]:
    """Return the content by file name of the bundle at `path`, a folder or a .zip.

    Only data is read: names, sizes, links and paths are checked first, then the schema version,
    and at last the hashes in SHA256SUMS.

    Raises:
        BundleError: names the bundle, the file, the reason and what to do.
    """
    with opened(path) as (names, read):
        if BUNDLE_JSON not in names:
            raise refusal(path, BUNDLE_JSON, "it is missing", "Give the path of a model bundle.")
        files = {BUNDLE_JSON: read(BUNDLE_JSON)}
        version = _checked_schema_version(path, files[BUNDLE_JSON])
        check_names(path, names, version)
        files |= {name: read(name) for name in names if name != BUNDLE_JSON}
    check_sums(path, files)
    return files


def _checked_schema_version(where: Path, content: bytes) -> int:
    """Return the schema version; refuse one that is not read here before anything else is."""
    try:
        version = parsed(content).get("schema_version")
    except MalformedError as error:
        raise refusal(where, BUNDLE_JSON, str(error)) from error
    if version in _READABLE_VERSIONS and not isinstance(version, bool | float):
        return version
    newer = isinstance(version, int) and version > SCHEMA_VERSION
    raise refusal(
        where,
        BUNDLE_JSON,
        f"its schema version is {reprlib.repr(version)} and this program reads versions "
        f"{_READABLE_VERSIONS[0]} to {_READABLE_VERSIONS[-1]}",
        "Update ParotidClassifier." if newer else "Fetch the bundle's current version.",
    )


def read_header(content: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of bundle.json by their names in `Bundle`.

    Raises:
        MalformedError: says which field does not hold what it must.
    """
    keys = (
        "schema_version name kind models thresholds protocol ring radiomics_sha256 "
        "training_cohort intended_use test_figures provenance notes"
    )
    with_keys(content, keys.split(), "the file")
    return {
        "schema_version": content["schema_version"],
        "name": _read_name(content["name"]),
        "kind": _one_of(content["kind"], KINDS, "kind"),
        "models": [
            _one_of(name, ELEVEN_MODELS, "models")
            for name in as_items(content["models"], "models", len(ELEVEN_MODELS))
        ],
        "thresholds": {
            _one_of(name, ELEVEN_MODELS, "thresholds"): as_probability(value, f"threshold {name}")
            for name, value in as_object(content["thresholds"], "thresholds").items()
        },
        "stacking": _one_of(content["protocol"], STACKINGS, "protocol"),
        "ring": _read_ring(content["ring"]),
        "radiomics_sha256": as_text(content["radiomics_sha256"], "radiomics_sha256"),
        "cohort": _read_cohort(content["training_cohort"]),
        "intended_use": as_text(content["intended_use"], "intended_use"),
        "test_figures": _read_figures(content["test_figures"]),
        "provenance": _read_provenance(content["provenance"]),
        "notes": tuple(
            as_text(n, "notes") for n in as_items(content["notes"], "notes", _MOST_NOTES)
        ),
    }


def _read_name(value: Any) -> str:
    name = as_text(value, "name")
    if not BUNDLE_NAME.fullmatch(name):
        raise MalformedError("name is not 1 to 64 letters, digits, spaces and ._+()-")
    return name


def _one_of(value: Any, allowed: tuple[str, ...], where: str) -> str:
    if as_text(value, where) not in allowed:
        raise MalformedError(f"{where} holds {value!r}, not one of {', '.join(allowed)}")
    return value


def _read_ring(value: Any) -> RingSettings:
    ring = with_keys(value, ("width_mm", "hu_range"), "ring")
    limits = as_numbers(ring["hu_range"], "hu_range", 2)
    if len(limits) != 2:
        raise MalformedError("hu_range is not a lower and an upper limit")
    try:
        return RingSettings(as_number(ring["width_mm"], "width_mm"), limits)
    except UsageError as error:
        raise MalformedError(error.message.removesuffix(".")) from error


def _read_cohort(value: Any) -> TrainingCohort:
    keys = ("cases", "malignant", "simulated", "description")
    cohort = with_keys(value, keys, "training_cohort", optional=["fingerprints"])
    cases = as_count(cohort["cases"], "cases")
    malignant = as_count(cohort["malignant"], "malignant")
    if malignant > cases:
        raise MalformedError("training_cohort has more malignant cases than cases")
    return TrainingCohort(
        cases,
        malignant,
        as_flag(cohort["simulated"], "simulated"),
        as_text(cohort["description"], "description"),
        fingerprints=_read_fingerprints(cohort.get("fingerprints", [])),
    )


def _read_fingerprints(value: Any) -> tuple[str, ...]:
    texts = tuple(as_text(t, "fingerprints") for t in as_items(value, "fingerprints", _MOST_CASES))
    if not all(_FINGERPRINT.fullmatch(text) for text in texts):
        raise MalformedError("fingerprints are not hexadecimal")
    return texts


def _read_figures(value: Any) -> dict[str, dict[str, float | None]]:
    return {
        _one_of(model, ELEVEN_MODELS, "test_figures"): {
            as_text(name, "test_figures"): None if number is None else as_number(number, name)
            for name, number in as_object(figures, f"test_figures {model}").items()
        }
        for model, figures in as_object(value, "test_figures").items()
    }


def _read_provenance(value: Any) -> dict[str, str | float]:
    return {
        as_text(name, "provenance"): _text_or_number(item, name)
        for name, item in as_object(value, "provenance").items()
    }


def _text_or_number(value: Any, where: str) -> str | float:
    if isinstance(value, str):
        return as_text(value, where)
    as_number(value, where)
    return value


def read_text(content: bytes) -> str:
    """Return the text of a file, whose size bounds its length.

    Raises:
        MalformedError: not UTF-8, or with control characters.
    """
    try:
        return as_text(content.decode("utf-8"), "it", most=len(content))
    except UnicodeDecodeError as error:
        raise MalformedError(f"it is not UTF-8 text ({error})") from error
