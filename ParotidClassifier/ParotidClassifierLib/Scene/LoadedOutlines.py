"""Outlines that are loaded in the scene, of which one may be the tumour's."""

from typing import NamedTuple

import numpy as np
import slicer
from slicer.i18n import tr as _

_MOST_LABELS = 50
# What an outline of a tumour is called in the languages of radiotherapy and research.
_LIKELY = ("tumor", "tumour", "lesion", "gtv", "mass", "neoplas")


class LoadedOutline(NamedTuple):
    """One segment of a segmentation node, or one value of a label map.

    Attributes:
        part: ID of the segment; a label as text.
        text: what the user reads for it.
    """

    node: object
    part: str
    text: str


def partsOf(node, own) -> list:
    """Return the segments or labels of a node as pairs of data and text; none of the case's own."""
    if node is own:
        return []
    if node.IsA("vtkMRMLSegmentationNode"):
        segments = node.GetSegmentation()
        return [(one, segments.GetSegment(one).GetName()) for one in segments.GetSegmentIDs()]
    if node.GetImageData() is None:
        return []
    values = np.unique(slicer.util.arrayFromVolume(node))
    labels = [int(value) for value in values[np.isfinite(values)] if value != 0][:_MOST_LABELS]
    return [(str(label), _("Label {value}").format(value=label)) for label in labels]


def likeliestOutline(parameterNode, protocol):
    """Return the LoadedOutline that may be the tumour's: by its name, else the only one there is.

    None where nothing tells which it is. Label maps are looked at only if there is no segmentation:
    their values have to be counted.
    """
    own = parameterNode.segmentation
    for kind in ("vtkMRMLSegmentationNode", "vtkMRMLLabelMapVolumeNode"):
        found = [
            LoadedOutline(node, *part)
            for node in slicer.util.getNodesByClass(kind)
            for part in partsOf(node, own)
        ]
        named = [one for one in found if _isLikely(one.text, protocol)]
        if len(named) == 1 or len(found) == 1:
            return (named or found)[0]
        if found:
            return named[-1] if named else None
    return None


def _isLikely(text: str, protocol) -> bool:
    lower = text.lower()
    return lower == protocol.outlined.name.lower() or any(word in lower for word in _LIKELY)
