"""Names of the columns that models read, and what a name says of where the value comes from."""

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple


class ColumnKind(str, Enum):
    """Where the value of a column comes from."""

    RADIOMIC = "radiomic"
    NETWORK = "network"
    DEEP = "deep"
    CLINICAL = "clinical"
    LOG_ODDS = "log_odds"


class Column(NamedTuple):
    """What the name of a column says.

    Attributes:
        kind: where its value comes from.
        of: the region, network head or model that it is of; of a clinical column its own name.
        index: which deep feature; 0 for other kinds.
    """

    kind: ColumnKind
    of: str
    index: int = 0


# A region begins with a capital letter and a clinical column does not, so each name has one kind.
_PATTERNS = {
    ColumnKind.NETWORK: re.compile(r"network:(.+)"),
    ColumnKind.DEEP: re.compile(r"deep:(.+):(\d{1,4})", re.ASCII),
    ColumnKind.LOG_ODDS: re.compile(r"log_odds:(.+)"),
    ColumnKind.RADIOMIC: re.compile(r"([A-Z][A-Za-z0-9]*)_(?!\d)[\w-]+", re.ASCII),
    ColumnKind.CLINICAL: re.compile(r"([a-z][a-z0-9_]*)"),
}


# What else tables of cases, features and predictions have a column for: no name of a clinical
# variable or a model.
_OUTLINES = ("tumor", "ring", "second_reader", "repeat")
_OF_AN_OUTLINE = ("label", "segment", "roi", "any_series")
TABLE_COLUMNS = frozenset(
    {
        "acquisition", "answer", "bundle", "call", "case_id", "ct", "domain", "domain_reasons",
        "error", "folder", "headline_model", "high", "image_sha256", "low", "note", "outcome",
        "probability", "scanner", "series", "side", "simulated", "split", "status", "threshold",
        "tumor_outline", "warnings",
        *_OUTLINES,
        *(f"{outline}_{part}" for outline in _OUTLINES for part in _OF_AN_OUTLINE),
    }
)  # fmt: skip


@lru_cache(maxsize=8192)
def column_of(name: str) -> Column | None:
    """Return what the name of a column says; None for a name that no column has.

    `Protocol.may_read` knows whether a model has such an input.
    """
    for kind, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(name):
            of, *index = found.groups()
            return Column(kind, of, *map(int, index))
    return None


def network_column(head: str) -> str:
    """Name the column with the raw logit of a head of the network."""
    return f"network:{head}"


def deep_column(head: str, index: int) -> str:
    """Name the column with one deep feature of a head of the network."""
    return f"deep:{head}:{index}"


def log_odds_column(model: str) -> str:
    """Name the column with the log-odds of a model, the input of a model built on it."""
    return f"log_odds:{model}"
