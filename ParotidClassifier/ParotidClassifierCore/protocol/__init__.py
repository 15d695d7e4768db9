"""The study protocol as data: which regions, clinical findings and models there are.

The published study is `shen2026`; a hospital writes its own as YAML or JSON; a bundle carries the
one it was trained by. Everything that shows or computes iterates over it.
"""

from .clinical import UNKNOWN, ClinicalRecord, ClinicalVariable
from .columns import Column, ColumnKind, column_of, deep_column, log_odds_column, network_column
from .protocol import ModelSpec, Protocol
from .reading import protocol_from, read_protocol, shen2026
from .regions import LARGEST_WIDTH_MM, PAROTID_GLAND, SMALLEST_WIDTH_MM, Code, Region, RingSettings

__all__ = [
    "LARGEST_WIDTH_MM",
    "PAROTID_GLAND",
    "SMALLEST_WIDTH_MM",
    "UNKNOWN",
    "ClinicalRecord",
    "ClinicalVariable",
    "Code",
    "Column",
    "ColumnKind",
    "ModelSpec",
    "Protocol",
    "Region",
    "RingSettings",
    "column_of",
    "deep_column",
    "log_odds_column",
    "network_column",
    "outcome",
    "plain_yaml",
    "protocol_from",
    "published",
    "read_protocol",
    "shen2026",
]
