"""From the content of a bundle's files to the bundle: nothing is taken that was not expected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..base.errors import FeatureExtractionError, UsageError
from ..base.strict_json import MalformedError, parsed
from ..models.logistic import LogisticModel
from ..models.refits import OLDER_BUNDLE, Refits
from ..protocol.names import ColumnKind, column_kind
from ..radiomics.names import parse_column
from ..radiomics.settings import RadiomicsSettings, load_settings
from .bundle import Bundle
from .files import (
    BUNDLE_JSON,
    MODEL_CARD,
    MODELS_JSON,
    NETWORK,
    RADIOMICS_YAML,
    REFERENCE_JSON,
    REFITS_JSON,
    SHA256SUMS,
    refusal,
    sha256,
)
from .header import read_header, read_text
from .learnt_reading import check_network, read_models
from .reference_reading import read_reference
from .refits_reading import read_refits

_ONLY_IN_FILE = ("models", "radiomics_sha256")


def from_files(where: Path, files: Mapping[str, bytes]) -> Bundle:
    """Return the bundle whose files have this content; the inverse of `to_files`.

    Args:
        where: the bundle's path, for messages.
        files: content by file name; with or without SHA256SUMS.

    Raises:
        BundleError: a file does not hold what it must; the message names it.
    """
    reading = BUNDLE_JSON
    try:
        header = read_header(parsed(files[reading]))
        reading = RADIOMICS_YAML
        radiomics_yaml = read_text(files[reading])
        settings = _read_settings(radiomics_yaml)
        reading = MODELS_JSON
        models = read_models(parsed(files[reading]))
        _check_features(models, settings)
        reading = REFERENCE_JSON
        reference = read_reference(parsed(files[reading]), models)
        reading = REFITS_JSON
        refits = _read_refits(files, models)
        reading = MODEL_CARD
        model_card = read_text(files[reading])
        reading = NETWORK
        check_network(models, files.get(NETWORK))
        reading = BUNDLE_JSON
        _check_agreement(header, models, files)
    except MalformedError as error:
        raise refusal(where, reading, str(error)) from error
    return Bundle(
        **{name: value for name, value in header.items() if name not in _ONLY_IN_FILE},
        models=models,
        reference=reference,
        refits=refits,
        radiomics_yaml=radiomics_yaml,
        model_card=model_card,
        network=files.get(NETWORK),
        bundle_hash=sha256(files[SHA256SUMS]) if SHA256SUMS in files else "",
    )


def _read_refits(files: Mapping[str, bytes], models: Mapping[str, LogisticModel]) -> Refits:
    if REFITS_JSON not in files:
        return Refits(absent=OLDER_BUNDLE)
    return read_refits(parsed(files[REFITS_JSON]), models)


def _read_settings(radiomics_yaml: str) -> RadiomicsSettings:
    try:
        return load_settings(radiomics_yaml)
    except UsageError as error:
        raise MalformedError(error.message.removesuffix(".")) from error


def _check_features(models: Mapping[str, LogisticModel], settings: RadiomicsSettings) -> None:
    """Refuse models that read features which these settings do not make."""
    columns = {column for model in models.values() for column in model.columns}
    try:
        for column in sorted(columns):
            if column_kind(column) is ColumnKind.RADIOMIC:
                parse_column(column, settings)
    except FeatureExtractionError as error:
        raise MalformedError(error.message.removesuffix(".")) from error


def _check_agreement(
    header: Mapping[str, Any], models: Mapping[str, LogisticModel], files: Mapping[str, bytes]
) -> None:
    """Refuse a header that speaks of other models or other settings than the files hold."""
    if header["models"] != list(models):
        raise MalformedError(f"models is not the list of the models in {MODELS_JSON}, in order")
    if set(header["thresholds"]) != set(models):
        raise MalformedError(f"thresholds are not those of the models in {MODELS_JSON}")
    if header["radiomics_sha256"] != sha256(files[RADIOMICS_YAML]):
        raise MalformedError(f"radiomics_sha256 is not the hash of {RADIOMICS_YAML}")
