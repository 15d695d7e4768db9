"""The result of a command."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`text` for people, `data` (JSON values) for machines."""

    text: str
    data: dict[str, object]
