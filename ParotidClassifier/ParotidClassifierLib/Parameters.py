"""What the module remembers with the scene: the parameter node, and the clinical record in it."""

import json
from typing import Annotated

from ParotidClassifierCore.clinical import ClinicalRecord
from ParotidClassifierCore.errors import ClinicalValueError
from ParotidClassifierCore.ring import RingSettings
from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

LOWEST_HU = -1024.0
HIGHEST_HU = 3071.0


@parameterNodeWrapper
class ParotidClassifierParameterNode:
    """Every choice of the user, saved and reopened with the scene.

    Attributes:
        ct: contrast-enhanced CT, in HU.
        plainCt: the same patient without contrast; optional.
        segmentation: holds the segments Tumor and External2.
        ringWidthMm: width of the automatic ring, in mm.
        ringLowerHu: lowest HU that belongs to the ring.
        ringUpperHu: highest HU that belongs to the ring.
        ringRefinement: what was changed about the ring by hand; see RingRefinement.
        clinical: JSON object of the clinical variables that are known; see clinicalRecord.
        bundle: name of a shipped model bundle or path of another; empty for the default one.
        result: JSON of the last prediction and of what it was made from; see ResultStore.
    """

    ct: vtkMRMLScalarVolumeNode
    plainCt: vtkMRMLScalarVolumeNode
    segmentation: vtkMRMLSegmentationNode
    ringWidthMm: Annotated[float, WithinRange(1.0, 20.0)] = 2.0
    ringLowerHu: Annotated[float, WithinRange(LOWEST_HU, HIGHEST_HU)] = -200.0
    ringUpperHu: Annotated[float, WithinRange(LOWEST_HU, HIGHEST_HU)] = 400.0
    ringRefinement: str = ""
    clinical: str = ""
    bundle: str = ""
    result: str = ""


def clinicalRecord(parameterNode):
    """Return the clinical record as Core's ClinicalRecord; what is not stored is unknown.

    Raises:
        ClinicalValueError: the scene holds a variable or a level that does not exist.
    """
    return ClinicalRecord.from_words(_storedWords(parameterNode))


def setClinicalValue(parameterNode, name: str, value) -> None:
    """Store a clinical variable: the word of its level or a number; "unknown" or None forgets it.

    Raises:
        ClinicalValueError: there is no such variable or level; nothing is stored then.
    """
    words = _storedWords(parameterNode)
    words.pop(name, None)
    ClinicalRecord.from_words({name: value if value is not None else "unknown"})
    if value not in (None, "unknown"):
        words[name] = value
    parameterNode.clinical = json.dumps(words) if words else ""


def _storedWords(parameterNode) -> dict:
    if not parameterNode.clinical:
        return {}
    try:
        words = json.loads(parameterNode.clinical)
    except ValueError:
        words = None
    if not isinstance(words, dict):
        raise ClinicalValueError(
            _("The clinical findings stored in this scene cannot be read."),
            _("Enter them again."),
        )
    return words


def ringSettings(parameterNode):
    """Return width and HU limits of the automatic ring as Core's RingSettings.

    Raises:
        UsageError: the limits are not a range.
    """
    return RingSettings(
        parameterNode.ringWidthMm, (parameterNode.ringLowerHu, parameterNode.ringUpperHu)
    )
