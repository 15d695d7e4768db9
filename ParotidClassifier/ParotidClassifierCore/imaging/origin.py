"""What an outline was called where it was taken from, kept in the metadata of its mask.

So it goes with the mask from the file through the case folder into the result.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import SimpleITK as sitk

from .findings import QualityFinding, Severity

_KEY = "outline_origin"
_LONGEST = 64  # as a name in DICOM (VR LO)
_MOST_NOTES, _LONGEST_TEXT = 10, 1000
_KINDS = ("label", "segment", "ROI")


@dataclass(frozen=True)
class Origin:
    """Which part of a file, or of a scene, was taken as an outline.

    Attributes:
        notes: what was left out or overlooked to take it.
    """

    kind: str
    name: str
    notes: tuple[QualityFinding, ...] = ()

    @property
    def words(self) -> str:
        """Kind and name, such as "segment 'Tumor'" or "label 2"; a very long name is cut."""
        name = self.name if len(self.name) <= _LONGEST else f"{self.name[: _LONGEST - 1]}…"
        return f"{self.kind} {name if name.isdecimal() else repr(name)}"

    def to_text(self) -> str:
        """Return the origin in one line, for a file."""
        notes = [note.as_dict() for note in self.notes]
        return json.dumps({"kind": self.kind, "name": self.name, "notes": notes})

    @classmethod
    def from_text(cls, text: str) -> Origin | None:
        """Return the origin that `to_text` wrote; None for anything else."""
        try:
            said = json.loads(text)
            notes = tuple(
                QualityFinding(note["code"], Severity(note["severity"]), note["message"])
                for note in said["notes"][:_MOST_NOTES]
            )
            origin = cls(said["kind"], said["name"], notes)
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        words = [origin.name, *(word for note in notes for word in (note.code, note.message))]
        fits = all(isinstance(word, str) and len(word) <= _LONGEST_TEXT for word in words)
        is_plain = fits and all(word.isprintable() for word in words[1:])
        return origin if is_plain and origin.kind in _KINDS else None


def with_origin(mask: sitk.Image, origin: Origin) -> sitk.Image:
    """Return the mask, which now knows where it was taken from."""
    mask.SetMetaData(_KEY, origin.to_text())
    return mask


def origin_of(mask: sitk.Image) -> Origin | None:
    """Return where a mask was taken from; None for one that does not know."""
    return Origin.from_text(mask.GetMetaData(_KEY)) if mask.HasMetaDataKey(_KEY) else None
