"""Which label, segment or ROI of a file with outlines is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..base.errors import AmbiguousMaskError, UsageError
from ..protocol import Protocol

_METAVARS = {"label": "N", "segment": "NAME", "roi": "NAME"}
_SPOKEN = {"segment": "segment", "roi": "ROI"}


@dataclass(frozen=True)
class Sought:
    """The region that an outline is wanted of.

    Attributes:
        others: names of the other regions: an outline of such a name is not taken for this one.
    """

    name: str
    others: tuple[str, ...]
    is_ring: bool

    @classmethod
    def of(cls, protocol: Protocol, region: str) -> Sought:
        """Return the region of this name among those of a protocol."""
        others = tuple(name for name in protocol.regions if name != region)
        return cls(region, others, protocol.regions[region].ring is not None)

    def option(self, kind: str) -> str:
        """Return the option of the command line that chooses a `kind` of part for it."""
        return f"--{'ring' if self.is_ring else 'tumor'}-{kind}"


@dataclass(frozen=True)
class Choice:
    """What a user named of a file with several outlines; None where nothing was named."""

    label: int | None = None
    segment: str | None = None
    roi: str | None = None
    any_series: bool = False

    def require_only(self, allowed: str, message: str, region: Sought) -> None:
        """Raise UsageError where something was named that this kind of file does not have."""
        if any(getattr(self, name) is not None for name in _METAVARS if name != allowed):
            raise UsageError(
                message, f"Choose with {region.option(allowed)} {_METAVARS[allowed]} here."
            )


def place_of(
    path: Path, region: Sought, kind: str, names: Sequence[str], wanted: str | None
) -> int:
    """Return which of the named outlines in a file is meant, counted from 0.

    A name is first looked for as it is, then without regard to capitals and to spaces at its ends.

    Args:
        kind: what the file calls an outline, "segment" or "roi".
        wanted: named by the user; None for the region's name, or the only one there is.

    Raises:
        AmbiguousMaskError: there is none of this name, or more than one.
    """
    name = wanted or region.name
    found = _places(name, names)
    if not found:
        other = any(_places(other, names) for other in region.others)
        if wanted is None and len(names) == 1 and not other:
            return 0
        has = ", ".join(map(repr, names)) or "none"
        raise AmbiguousMaskError(
            f"{path} has no {_SPOKEN[kind]} named {name!r}; it has {has}.",
            f"Rename it where it was drawn, or name it with {region.option(kind)} NAME.",
        )
    if len(found) > 1:
        alike = ", ".join(dict.fromkeys(repr(names[place]) for place in found))
        raise AmbiguousMaskError(
            f"{path} has several {_SPOKEN[kind]}s named {alike}.",
            "Give each a name of its own where they were drawn, or name one letter by letter with "
            f"{region.option(kind)} NAME.",
        )
    return found[0]


def has_name(name: str, names: Sequence[str]) -> bool:
    """Return whether one of the names is `name`, as `place_of` looks for it."""
    return bool(_places(name, names))


def _places(name: str, names: Sequence[str]) -> list[int]:
    same = [place for place, other in enumerate(names) if other == name]
    alike = [place for place, other in enumerate(names) if _folded(other) == _folded(name)]
    return same or alike


def _folded(name: str) -> str:
    # A letter with an accent may be one character or two, as the system likes.
    return unicodedata.normalize("NFC", name).strip().casefold()
