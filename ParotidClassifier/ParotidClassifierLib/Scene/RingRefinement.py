"""What was changed about the ring by hand, as text that is saved with the scene."""

import base64
import binascii
import zlib

import numpy as np
from ParotidClassifierCore.base.errors import UnreadableFileError
from ParotidClassifierCore.imaging.ring import Refinement
from slicer.i18n import tr as _

_MOST_BYTES = 100_000_000  # of 8 million lattice points, which is a cube of 20 cm


def packed(refinement) -> str:
    """Return Core's Refinement as text; empty for an empty one."""
    if refinement.is_empty:
        return ""
    return ":".join(_packedPoints(points) for points in (refinement.added, refinement.removed))


def unpacked(text: str):
    """Return the Refinement that `packed` made a text of.

    Raises:
        UnreadableFileError: the text is damaged.
    """
    if not text:
        return Refinement()
    try:
        added, removed = text.split(":")
        return Refinement(_points(added), _points(removed))
    except (ValueError, binascii.Error, zlib.error) as error:
        raise UnreadableFileError(
            _("The refinement of the ring stored in this scene cannot be read."),
            _("Drop the refinement under 2. Tumour, Ring, and refine the ring again."),
        ) from error


def _packedPoints(points) -> str:
    return base64.b64encode(zlib.compress(points.astype("<i4").tobytes())).decode("ascii")


def _points(text: str) -> np.ndarray:
    unpacking = zlib.decompressobj()
    raw = unpacking.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
    if not unpacking.eof:
        raise ValueError("it is cut off, or larger than anything that is drawn by hand")
    return np.frombuffer(raw, "<i4").reshape(-1, 3).astype(np.int32)
