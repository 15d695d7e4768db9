"""The eleven models: their names, in order, and the columns each one may read."""

from __future__ import annotations

import re
from enum import Enum

from .record import CLINICAL_COLUMNS
from .region_names import EXTERNAL2, REGIONS, TUMOR

# Shen et al. 2026, Table 1: names and order.
REGION_SETS = {
    TUMOR: (TUMOR,),
    EXTERNAL2: (EXTERNAL2,),
    f"{TUMOR}+{EXTERNAL2}": (TUMOR, EXTERNAL2),
}
RAD_MODELS = tuple(f"{regions}_RAD" for regions in REGION_SETS)
DL_MODELS = tuple(f"{regions}_DL" for regions in REGION_SETS)
FUSION_MODELS = tuple(f"{regions}_RAD+DL" for regions in REGION_SETS)
CLINICAL = "Clinical"
COMBINED = "Combined"
ELEVEN_MODELS = (*RAD_MODELS, *DL_MODELS, *FUSION_MODELS, CLINICAL, COMBINED)

# The model whose log-odds enter Combined.
COMBINED_SOURCE = FUSION_MODELS[-1]
# The model whose head reads the network's fusion maps.
FUSION_NETWORK = DL_MODELS[-1]

_NETWORK = "network:"
_LOG_ODDS = "log_odds:"
_DEEP = re.compile(r"deep:(.+):(\d{1,4})")


class ColumnKind(str, Enum):
    """Where the value of a column comes from."""

    RADIOMIC = "radiomic"
    NETWORK = "network"
    DEEP = "deep"
    CLINICAL = "clinical"
    LOG_ODDS = "log_odds"


def network_column(model: str) -> str:
    """Name of the column with the raw logit of the network head of `model`, one of DL_MODELS."""
    return f"{_NETWORK}{model}"


def log_odds_column(model: str) -> str:
    """Name of the column with the log-odds of `model`, the input of a model built on it."""
    return f"{_LOG_ODDS}{model}"


def deep_column(model: str, index: int) -> str:
    """Name of the column with one deep feature of the head of `model`, one of DL_MODELS."""
    return f"deep:{model}:{index}"


NETWORK_COLUMNS = tuple(network_column(model) for model in DL_MODELS)


def column_kind(column: str) -> ColumnKind | None:
    """Return where the value of `column` comes from; None if no model may read such a column."""
    if network_model(column) is not None:
        return ColumnKind.NETWORK
    if column in CLINICAL_COLUMNS:
        return ColumnKind.CLINICAL
    if deep_feature(column) is not None:
        return ColumnKind.DEEP
    if source_model(column) in ELEVEN_MODELS:
        return ColumnKind.LOG_ODDS
    region, separator, feature = column.partition("_")
    if region in REGIONS and separator and feature.replace("-", "_").isidentifier():
        return ColumnKind.RADIOMIC
    return None


def may_read(model: str, column: str) -> bool:
    """Whether `column` is an input that a model of this name has: its regions, its head."""
    kind = column_kind(column)
    if kind is ColumnKind.CLINICAL:
        return model in (CLINICAL, COMBINED)
    if kind is ColumnKind.LOG_ODDS:
        return model == COMBINED and source_model(column) == COMBINED_SOURCE
    for regions, radiomic, deep, fusion in zip(
        REGION_SETS.values(), RAD_MODELS, DL_MODELS, FUSION_MODELS, strict=True
    ):
        if kind is ColumnKind.RADIOMIC and model in (radiomic, fusion):
            return region_of(column) in regions
        if kind is ColumnKind.NETWORK and model in (deep, fusion):
            return column == network_column(deep)
        if kind is ColumnKind.DEEP and model == fusion:
            return deep_feature(column)[0] == deep
    return False


def deep_feature(column: str) -> tuple[str, int] | None:
    """Return the model and the index of a deep feature; None for a column of another kind."""
    found = _DEEP.fullmatch(column)
    return (found[1], int(found[2])) if found and found[1] in DL_MODELS else None


def network_model(column: str) -> str | None:
    """Return the model whose network head `column` carries; None for a column of another kind."""
    return column[len(_NETWORK) :] if column in NETWORK_COLUMNS else None


def source_model(column: str) -> str | None:
    """Return the model whose log-odds `column` carries; None for a column of another kind."""
    return column[len(_LOG_ODDS) :] if column.startswith(_LOG_ODDS) else None


def region_of(radiomic_column: str) -> str:
    """Return the region, one of REGIONS, that a radiomic column describes."""
    return radiomic_column.partition("_")[0]
