"""What the files of a bundle hold, read and written: same content gives same bytes.

Reading takes nothing that was not expected. The header needs the standard library and numpy alone:
what a bundle is, is so known where the libraries that run it are not installed.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..base.safetensors_header import check_safetensors
from ..base.strict_json import (
    SMALLEST_SCALE,
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
from ..models.acquisitions import COUNTED, RANGED, TrainingAcquisitions
from ..models.domain import LEAST_CASES, MOST_FEATURES, SPACES, VOXEL_LENGTHS, VOXELS, Domain, Space
from ..models.domain import OLDER_BUNDLE as NO_DOMAIN
from ..models.logistic import LogisticModel
from ..models.reference import Reference
from ..models.refits import OLDER_BUNDLE, Refits
from ..models.settings import STACKINGS
from ..protocol import ColumnKind, Protocol, column_of, protocol_from, shen2026
from ..protocol.outcome import BENIGN, MALIGNANT
from .bundle import KINDS, Bundle, TrainingCohort
from .files import (
    BUNDLE_JSON,
    MODEL_CARD,
    MODELS_JSON,
    NETWORK,
    RADIOMICS_YAML,
    REFERENCE_JSON,
    REFITS_JSON,
    SCHEMA_VERSION,
    SHA256SUMS,
    refusal,
    refused_as,
    sha256,
)

BUNDLE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,63}")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")
_MOST_NOTES = 100
_MOST_CASES = 1_000_000
MOST_COLUMNS = 256
MOST_SCORES = 100_000
_MOST_LEVELS = 101
_MOST_VALUES = 1_000
_MOST_REFITS = 2000
# Of a covariance's largest variance along any axis, the least that its smallest may be: with less,
# rounding makes distances that are no numbers.
_LEAST_SHARE = 1e-12
_OPTIONAL_IN_REFERENCE = ("voxel_mm", "scatter", "acquisitions")
# Figures of a test set that lie between 0 and 1.
_SHARES = (
    "auc", "auc_low", "auc_high", "brier", "brier_of_share", "npv", "ppv", "sensitivity",
    "specificity", "threshold",
)  # fmt: skip
_OF_COLUMNS = {"means": as_number, "sds": as_scale, "coefficients": as_number}


def read_header(content: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of bundle.json by their names in `Bundle`, and radiomics_sha256.

    Raises:
        MalformedError: says which field does not hold what it must.
    """
    keys = (
        "schema_version name kind protocol thresholds stacking radiomics_sha256 training_cohort "
        "intended_use test_figures provenance notes"
    )
    version = content["schema_version"]
    content = with_keys(
        content if version > 2 else _as_version_3(content), keys.split(), "the file"
    )
    protocol = protocol_from(as_object(content["protocol"], "protocol"))
    return {
        "schema_version": version,
        "name": _name(content["name"]),
        "kind": _one_of(content["kind"], KINDS, "kind"),
        "protocol": protocol,
        "thresholds": {
            _one_of(name, protocol.models, "thresholds"): as_probability(value, f"threshold {name}")
            for name, value in as_object(content["thresholds"], "thresholds").items()
        },
        "stacking": _one_of(content["stacking"], STACKINGS, "stacking"),
        "radiomics_sha256": as_text(content["radiomics_sha256"], "radiomics_sha256"),
        "cohort": _read_cohort(content["training_cohort"]),
        "intended_use": as_text(content["intended_use"], "intended_use"),
        "test_figures": _read_figures(content["test_figures"], protocol),
        "provenance": {
            as_text(name, "provenance"): _text_or_number(item, name)
            for name, item in as_object(content["provenance"], "provenance").items()
        },
        "notes": _texts(content["notes"], "notes", _MOST_NOTES),
    }


def _as_version_3(content: dict[str, Any]) -> dict[str, Any]:
    """Return a header of version 1 or 2 as one of version 3: of the published study, its own ring.

    There "protocol" was the stacking, and "models" named those of models.json once more.
    """
    keys = {"protocol", "ring", "models"}
    old = with_keys({key: content[key] for key in keys & set(content)}, keys, "the file")
    protocol = shen2026().as_json()
    (ring,) = (region for region in protocol["regions"].values() if "ring" in region)
    ring["ring"] = old["ring"]
    rest = {key: value for key, value in content.items() if key not in keys}
    return rest | {"protocol": protocol, "stacking": old["protocol"]}


def _name(value: Any) -> str:
    name = as_text(value, "name")
    if not BUNDLE_NAME.fullmatch(name):
        raise MalformedError("name is not 1 to 64 letters, digits, spaces and ._+()-")
    return name


def _one_of(value: Any, allowed: Collection[str], where: str) -> str:
    if as_text(value, where) not in allowed:
        raise MalformedError(f"{where} holds {value!r}, not one of {', '.join(allowed)}")
    return value


def _read_cohort(value: Any) -> TrainingCohort:
    keys = ("cases", "malignant", "simulated", "description")
    cohort = with_keys(value, keys, "training_cohort", optional=["fingerprints"])
    cases = as_count(cohort["cases"], "cases")
    malignant = as_count(cohort["malignant"], "malignant")
    if malignant > cases:
        raise MalformedError("training_cohort has more malignant cases than cases")
    fingerprints = _texts(cohort.get("fingerprints", []), "fingerprints", _MOST_CASES)
    if not all(map(_FINGERPRINT.fullmatch, fingerprints)):
        raise MalformedError("fingerprints are not hexadecimal")
    simulated = as_flag(cohort["simulated"], "simulated")
    description = as_text(cohort["description"], "description")
    return TrainingCohort(cases, malignant, simulated, description, fingerprints)


def _texts(value: Any, where: str, most: int) -> tuple[str, ...]:
    return tuple(as_text(item, where) for item in as_items(value, where, most))


def _read_figures(value: Any, protocol: Protocol) -> dict[str, dict[str, float | None]]:
    return {
        _one_of(model, protocol.models, "test_figures"): {
            as_text(name, "test_figures"): None if number is None else _figure(number, name)
            for name, number in as_object(figures, f"test_figures {model}").items()
        }
        for model, figures in as_object(value, "test_figures").items()
    }


def _figure(value: Any, name: str) -> float:
    return (as_probability if name in _SHARES else as_number)(value, name)


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


def from_files(path: Path, files: Mapping[str, bytes]) -> Bundle:
    """Return the bundle whose files have this content; the inverse of `to_files`.

    Raises:
        BundleError: a file does not hold what it must; the message names it.
    """
    from ..radiomics.settings import load_settings

    with refused_as(path, BUNDLE_JSON):
        header = read_header(parsed(files[BUNDLE_JSON]))
    is_earlier = header["schema_version"] < SCHEMA_VERSION
    with refused_as(path, RADIOMICS_YAML):
        radiomics_yaml = read_text(files[RADIOMICS_YAML])
        settings = load_settings(radiomics_yaml)
    with refused_as(path, MODELS_JSON):
        models = _read_models(parsed(files[MODELS_JSON]), header["protocol"], is_earlier)
        _check_features(models, settings)
    with refused_as(path, REFERENCE_JSON):
        reference = _read_reference(parsed(files[REFERENCE_JSON]), models, is_earlier)
        if not is_earlier:
            _require_few_enough(reference, header["cohort"])
    with refused_as(path, REFITS_JSON):
        refits = Refits(absent=OLDER_BUNDLE)
        if REFITS_JSON in files:
            refits = _read_refits(files[REFITS_JSON], models, is_earlier)
    with refused_as(path, MODEL_CARD):
        model_card = read_text(files[MODEL_CARD])
    with refused_as(path, NETWORK):
        _check_network(models, files.get(NETWORK))
    with refused_as(path, BUNDLE_JSON):
        if set(header["thresholds"]) != set(models):
            raise MalformedError(f"thresholds are not those of the models in {MODELS_JSON}")
        if header.pop("radiomics_sha256") != sha256(files[RADIOMICS_YAML]):
            raise MalformedError(f"radiomics_sha256 is not the hash of {RADIOMICS_YAML}")
    return Bundle(
        **header,
        models=models,
        reference=reference,
        refits=refits,
        radiomics_yaml=radiomics_yaml,
        model_card=model_card,
        network=files.get(NETWORK),
        path=path,
        bundle_hash=sha256(files[SHA256SUMS]) if SHA256SUMS in files else "",
    )


def _check_features(models: Mapping[str, LogisticModel], settings: Any) -> None:
    """Refuse models that read features which these settings do not make."""
    from ..radiomics.names import parse_column

    for column in sorted({column for model in models.values() for column in model.columns}):
        if column_of(column).kind is ColumnKind.RADIOMIC:
            parse_column(column, settings)


def _with_new_key(
    value: Any, keys: Sequence[str], new: str, where: str, is_earlier: bool,
    optional: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return an object with these keys and the one that came with this version.

    Only earlier bundles may lack it. One of this version without it would pass for one of them, of
    which nothing of the kind can be told.
    """
    if is_earlier:
        return with_keys(value, keys, where, optional=(*optional, new))
    return with_keys(value, (*keys, new), where, optional=optional)


def _read_models(
    content: Mapping[str, Any], protocol: Protocol, is_earlier: bool
) -> dict[str, LogisticModel]:
    """Return the models of models.json, in the order of the protocol."""
    if not content:
        raise MalformedError("it holds no model")
    for name in sorted(set(content) - set(protocol.models)):
        raise MalformedError(f"{name!r} is no model of the protocol {protocol.name}")
    models: dict[str, LogisticModel] = {}
    for name in protocol.models:
        if name in content:
            models[name] = _read_model(name, content[name], protocol, is_earlier)
            for source in set(protocol.models[name].log_odds) - set(models):
                raise MalformedError(f"{name} reads {source}, which is not among the models")
    return models


def _check_network(models: Mapping[str, LogisticModel], weights: bytes | None) -> None:
    """Refuse weights that are missing though a model reads them, or are not safetensors."""
    if weights is not None:
        check_safetensors(weights)
        return
    for model in models.values():
        if {ColumnKind.NETWORK, ColumnKind.DEEP} & {column_of(c).kind for c in model.columns}:
            raise MalformedError(f"it is missing and {model.name} reads it")


def _read_model(name: str, value: Any, protocol: Protocol, is_earlier: bool) -> LogisticModel:
    keys = ("columns", "means", "sds", "coefficients", "intercept")
    fields = _with_new_key(value, keys, "ranges", name, is_earlier)
    columns = tuple(read_column(c) for c in as_items(fields["columns"], name, MOST_COLUMNS))
    model = LogisticModel(
        name,
        columns,
        *(
            as_numbers(fields[key], f"{key} of {name}", MOST_COLUMNS, as_item)
            for key, as_item in _OF_COLUMNS.items()
        ),
        as_number(fields["intercept"], f"intercept of {name}"),
        tuple(
            _bounds(f"ranges of {name}", pair)
            for pair in as_items(fields.get("ranges", []), f"ranges of {name}", MOST_COLUMNS)
        ),
    )
    lengths = {len(model.means), len(model.sds), len(model.coefficients), len(columns)}
    if len(lengths) > 1 or not columns or len(set(columns)) < len(columns):
        raise MalformedError(
            f"{name} does not have one mean, sd and coefficient for each of its columns"
        )
    if len(model.ranges) not in (0, len(columns)):
        raise MalformedError(f"{name} does not have one range for each of its columns, or none")
    for column in columns:
        if not protocol.may_read(name, column):
            raise MalformedError(f"{name} reads {column!r}, which is no input of that model")
    return model


def read_column(value: Any) -> str:
    """Return the name of a column that a model may read.

    Raises:
        MalformedError: there is no such column.
    """
    column = as_text(value, "columns")
    if column_of(column) is None:
        raise MalformedError(f"{column!r} is no column that a model may read")
    return column


def _read_reference(
    content: Mapping[str, Any], models: Mapping[str, LogisticModel], is_earlier: bool
) -> Reference:
    """Return the distributions of reference.json.

    Version 1 holds no voxels. Versions to 3 hold a scatter, which the domain took the place of.
    """
    keys = ("quantile_levels", "quantiles", "scores")
    fields = _with_new_key(content, keys, "domain", "the file", is_earlier, _OPTIONAL_IN_REFERENCE)
    levels = _rising(fields["quantile_levels"], "quantile_levels", as_item=as_probability)
    if (levels[:1], levels[-1:]) != ((0.0,), (1.0,)):
        raise MalformedError("quantile_levels do not run from 0 to 1")
    quantiles = {
        read_column(column): _rising(values, f"the quantiles of {column}")
        for column, values in as_object(fields["quantiles"], "quantiles").items()
    }
    lengths = as_object(fields.get("voxel_mm", {}), "voxel_mm")
    with_keys(lengths, VOXEL_LENGTHS if lengths else (), "voxel_mm")
    voxel_mm = {n: _rising(mm, "voxel_mm", as_item=as_scale) for n, mm in lengths.items()}
    if any(len(q) != len(levels) for q in (*quantiles.values(), *voxel_mm.values())):
        raise MalformedError("its quantiles are not one for each level")
    scores = as_object(fields["scores"], "scores")
    return Reference(
        levels,
        quantiles,
        {_one_of(name, models, "scores"): _scores(name, scores[name]) for name in scores},
        voxel_mm,
        _domain(fields["domain"], models, voxel_mm)
        if "domain" in fields
        else Domain(absent=NO_DOMAIN),
        _acquisitions(fields["acquisitions"])
        if "acquisitions" in fields
        else TrainingAcquisitions(),
    )


def _require_few_enough(reference: Reference, cohort: TrainingCohort) -> None:
    """Refuse what more cases were asked for than the models learnt from: it is another bundle's."""
    of_class = {BENIGN: cohort.cases - cohort.malignant, MALIGNANT: cohort.malignant}
    counts = {
        "domain": (len(reference.domain.held_out), cohort.cases),
        "acquisitions": (reference.acquisitions.cases, cohort.cases),
        **{
            f"scores of {name}": (len(of_cases[word]), of_class[word])
            for name, of_cases in reference.scores.items()
            for word in of_cases
        },
    }
    for what, (told, cases) in counts.items():
        if told > cases:
            raise MalformedError(
                f"{what} tells of {told} cases, and the models learnt from {cases} such"
            )


def _rising(
    value: Any, where: str, most: int = _MOST_LEVELS, as_item: Callable = as_number
) -> tuple[float, ...]:
    numbers = as_numbers(value, where, most, as_item)
    if list(numbers) != sorted(numbers):
        raise MalformedError(f"{where} do not rise")
    return numbers


def _scores(name: str, value: Any) -> dict[str, tuple[float, ...]]:
    where = f"scores of {name}"
    by_class = with_keys(value, (BENIGN, MALIGNANT), where)
    return {c: _rising(by_class[c], where, MOST_SCORES, as_probability) for c in by_class}


def _acquisitions(value: Any) -> TrainingAcquisitions:
    fields = with_keys(value, ("cases", "counts", "ranges"), "acquisitions")
    counts = with_keys(fields["counts"], (), "counts", optional=COUNTED)
    ranges = with_keys(fields["ranges"], (), "ranges", optional=RANGED)
    return TrainingAcquisitions(
        as_count(fields["cases"], "cases"),
        {name: _counts(name, counts[name]) for name in counts},
        {name: _bounds(name, ranges[name]) for name in ranges},
    )


def _counts(name: str, value: Any) -> dict[str, int]:
    counted = as_object(value, name)
    if not 0 < len(counted) <= _MOST_VALUES:
        raise MalformedError(f"{name} has not 1 to {_MOST_VALUES} values")
    return {as_text(word, name): as_count(count, name) for word, count in counted.items()}


def _bounds(name: str, value: Any) -> tuple[float, float]:
    bounds = _rising(value, name, 2)
    if len(bounds) != 2:
        raise MalformedError(f"{name} is not a smallest and a largest value")
    return bounds


def _domain(value: Any, models: Mapping[str, LogisticModel], voxel_mm: Mapping[str, Any]) -> Domain:
    fields = with_keys(value, ("absent", "spaces", "held_out"), "domain")
    absent = as_text(fields["absent"], "absent")
    spaces = as_items(fields["spaces"], "spaces", len(SPACES))
    held_out = _rising(fields["held_out"], "held_out", MOST_SCORES)
    if absent:
        if spaces or held_out:
            raise MalformedError("domain holds either spaces or the reason why there are none")
        return Domain(absent=absent)
    if len(held_out) < LEAST_CASES or held_out[0] < 0 or not voxel_mm:
        raise MalformedError(
            f"domain is not of at least {LEAST_CASES} training cases with distances and voxels"
        )
    read = {column for model in models.values() for column in model.image_columns}
    domain = Domain(tuple(_space(space, read) for space in spaces), held_out, absent)
    if tuple(space.name for space in domain.spaces) != SPACES:
        raise MalformedError(f"the spaces of domain are not {', '.join(SPACES)}")
    return domain


def _space(value: Any, read: Collection[str]) -> Space:
    keys = ("name", "columns", "centers", "scales", "covariance", "usual")
    fields = with_keys(value, keys, "a space")
    name = _one_of(fields["name"], SPACES, "the name of a space")
    allowed = VOXEL_LENGTHS if name == VOXELS else read
    columns = tuple(
        _one_of(column, allowed, name)
        for column in as_items(fields["columns"], name, MOST_FEATURES)
    )
    centers = as_numbers(fields["centers"], "centers", MOST_FEATURES)
    scales = as_numbers(fields["scales"], "scales", MOST_FEATURES, as_scale)
    if len({len(columns), len(set(columns)), len(centers), len(scales)}) > 1:
        raise MalformedError(f"{name} does not have one center and scale for each of its columns")
    covariance = tuple(
        as_numbers(row, "covariance", MOST_FEATURES)
        for row in as_items(fields["covariance"], "covariance", MOST_FEATURES)
    )
    _require_covariance(covariance, len(columns))
    return Space(name, columns, centers, scales, covariance, as_scale(fields["usual"], "usual"))


def _require_covariance(rows: tuple[tuple[float, ...], ...], columns: int) -> None:
    """Refuse what is no symmetric, positive definite matrix of so many columns."""
    if columns == 0 or [len(row) for row in rows] != [columns] * columns:
        raise MalformedError("covariance is not one row and column for each column")
    matrix = np.array(rows)
    if not np.array_equal(matrix, matrix.T):
        raise MalformedError("covariance is not symmetric")
    variances = np.linalg.eigvalsh(matrix)
    if variances[0] < max(_LEAST_SHARE * variances[-1], SMALLEST_SCALE):
        raise MalformedError("covariance is not positive definite, or nearly not")


def _read_refits(content: bytes, models: Mapping[str, LogisticModel], is_earlier: bool) -> Refits:
    """Return the refits of refits.json, of these models or none."""
    keys = ("absent", "coefficients")
    fields = _with_new_key(parsed(content), keys, "scales", "the file", is_earlier)
    absent = as_text(fields["absent"], "absent")
    by_model = as_object(fields["coefficients"], "coefficients")
    if bool(absent) == bool(by_model):
        raise MalformedError("it must hold either refits or the reason why there are none")
    if not by_model:
        return Refits(absent=absent)
    with_keys(by_model, models, "coefficients")
    refits = {name: _refits_of(model, by_model[name]) for name, model in models.items()}
    if len({len(rows) for rows in refits.values()}) > 1:
        raise MalformedError("its models were not refitted equally often")
    if "scales" not in fields:
        return Refits(absent=OLDER_BUNDLE)
    scales = with_keys(fields["scales"], models, "scales")
    return Refits(refits, {name: _scale(name, scales[name]) for name in models}, absent="")


def _scale(name: str, value: Any) -> tuple[float, float]:
    scale = as_numbers(value, f"scales of {name}", 2)
    if len(scale) != 2 or scale[0] < 0 or scale[1] < 1:
        raise MalformedError(f"scales of {name} are not two numbers from 0 and from 1 up")
    return scale


def _refits_of(model: LogisticModel, value: Any) -> tuple[tuple[float, ...], ...]:
    where = f"coefficients of {model.name}"
    rows = tuple(
        as_numbers(row, where, MOST_COLUMNS + 1) for row in as_items(value, where, _MOST_REFITS)
    )
    if not rows or {len(row) for row in rows} != {1 + len(model.columns)}:
        raise MalformedError(
            f"{where} are not an intercept and a number for each column, once for each refit"
        )
    return rows


def to_files(bundle: Bundle) -> dict[str, bytes]:
    """Return the content of every file of `bundle` but SHA256SUMS, by file name.

    Raises:
        BundleError: a number is not finite.
    """
    models = {name: asdict(model) for name, model in bundle.models.items()}
    for model in models.values():
        del model["name"]  # it is the key
    try:
        files = {
            BUNDLE_JSON: _json(_header(bundle), sort_keys=False),  # a protocol has an order
            MODELS_JSON: _json(models),
            REFERENCE_JSON: _json(_reference(bundle.reference)),
            REFITS_JSON: _json(asdict(bundle.refits), indent=None),
            RADIOMICS_YAML: bundle.radiomics_yaml.encode(),
            MODEL_CARD: bundle.model_card.encode(),
        }
    except ValueError as error:
        raise refusal(
            bundle.name, "", "it holds a number that is not finite", "Fit its models again."
        ) from error
    return files if bundle.network is None else files | {NETWORK: bundle.network}


def _json(content: object, **layout: Any) -> bytes:
    layout = {"sort_keys": True, "indent": 1} | layout
    return f"{json.dumps(content, ensure_ascii=False, allow_nan=False, **layout)}\n".encode()


def _header(bundle: Bundle) -> dict[str, Any]:
    def in_order(of_models: Mapping[str, Any]) -> dict[str, Any]:
        return {name: of_models[name] for name in bundle.protocol.models if name in of_models}

    return {
        "schema_version": SCHEMA_VERSION,
        "name": bundle.name,
        "kind": bundle.kind,
        "thresholds": in_order(bundle.thresholds),
        "protocol": bundle.protocol.as_json(),
        "stacking": bundle.stacking,
        "radiomics_sha256": bundle.radiomics_hash,
        "training_cohort": asdict(bundle.cohort),
        "intended_use": bundle.intended_use,
        "test_figures": in_order(
            {name: dict(sorted(figures.items())) for name, figures in bundle.test_figures.items()}
        ),
        "provenance": dict(sorted(bundle.provenance.items())),
        "notes": list(bundle.notes),
    }


def _reference(reference: Reference) -> dict[str, Any]:
    content = asdict(reference)
    if not reference.acquisitions.cases:
        del content["acquisitions"]
    return content
