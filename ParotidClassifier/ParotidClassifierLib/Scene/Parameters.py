"""What the module remembers with the scene: the parameter node, and the clinical record in it."""

import json

from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.base.strict_json import MalformedError, parsed
from ParotidClassifierCore.protocol import UNKNOWN
from slicer import vtkMRMLDisplayableNode, vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import parameterNodeWrapper

_LONGEST_RECORD = 10_000  # characters


@parameterNodeWrapper
class ParotidClassifierParameterNode:
    """Every choice of the user, saved and reopened with the scene.

    Attributes:
        ct: contrast-enhanced CT, in HU.
        plainCt: the same patient without contrast; optional.
        segmentation: holds a segment for each region.
        tumorOrigin: what the tumour was called where it was taken from; see SceneCase.
        ringWidthMm: width of the automatic ring in mm as text; empty for that of the bundle. See
            RingChoice.
        ringLowerHu: likewise the lowest HU that belongs to the ring.
        ringUpperHu: likewise the highest HU.
        ringRefinement: what was changed about the ring by hand; see RingRefinement.
        gland: what holds the region in the other gland; see OtherGland.
        glandSegment: ID of the segment that is the region, if a segment is.
        glandCt: on which CT the region was chosen.
        clinical: JSON object of the clinical variables that are known; see clinicalRecord.
        bundle: name of a shipped model bundle or path of another; empty for the default one.
        result: JSON of the last prediction and of what it was made from; see ResultStore.
    """

    ct: vtkMRMLScalarVolumeNode
    plainCt: vtkMRMLScalarVolumeNode
    segmentation: vtkMRMLSegmentationNode
    tumorOrigin: str = ""
    ringWidthMm: str = ""
    ringLowerHu: str = ""
    ringUpperHu: str = ""
    ringRefinement: str = ""
    gland: vtkMRMLDisplayableNode
    glandSegment: str = ""
    glandCt: vtkMRMLScalarVolumeNode
    clinical: str = ""
    bundle: str = ""
    result: str = ""


def parametersOf(node):
    """Return the parameters that lie in a node of the scene; a node of another kind is not taken.

    What a scene names is set by whoever wrote it, and read by the wrapper as it is.
    """
    for name, kind in ParotidClassifierParameterNode.__annotations__.items():
        if kind is not str and not isinstance(node.GetNodeReference(name), kind | None):
            node.SetNodeReferenceID(name, None)
    return ParotidClassifierParameterNode(node)


def clinicalRecord(parameterNode, protocol):
    """Return as Core's ClinicalRecord what is stored of the variables of a protocol.

    Raises:
        ClinicalValueError: the scene holds a level or number that does not exist.
    """
    words = storedWords(parameterNode)
    return protocol.record({name: words[name] for name in words if name in protocol.clinical})


def setClinicalValue(parameterNode, name: str, value) -> None:
    """Store a clinical variable: the word of its level or a number; "unknown" forgets it."""
    words = storedWords(parameterNode)
    words.pop(name, None)
    if value != UNKNOWN:
        words[name] = value
    parameterNode.clinical = json.dumps(words) if words else ""


def storedWords(parameterNode) -> dict:
    """Return what is stored of the clinical variables, by name, whatever it is.

    Raises:
        ClinicalValueError: it is not such an object.
    """
    try:
        stored = parameterNode.clinical or "{}"
        if len(stored) > _LONGEST_RECORD:
            raise MalformedError("it is too long")
        return parsed(stored.encode())
    except ValueError as error:
        raise ClinicalValueError(
            _("The clinical findings stored in this scene cannot be read."),
            _("Enter them again."),
        ) from error
