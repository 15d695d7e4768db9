"""Simulated cases in Sample Data: a CT, the outline a reader drew, the clinical findings.

They are made on this computer by Core's simulator, so nothing is downloaded.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import slicer
from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.base.strict_json import parsed
from ParotidClassifierCore.protocol import shen2026
from slicer.i18n import tr as _

from .SoftTissueWindow import setSoftTissueWindow, showInSliceViews

CATEGORY = "ParotidClassifier"
CLINICAL_ATTRIBUTE = "ParotidClassifier.clinical"

_ICONS = Path(__file__).resolve().parents[2] / "Resources" / "Icons"


@dataclass(frozen=True)
class SampleCase:
    """One patient the simulator draws: it follows from seed and truth, to the last voxel."""

    name: str
    malignant: bool
    seed: int

    @property
    def outcome(self) -> str:
        """The truth in the user's language, which tells its nodes from another sample's."""
        return _("malignant") if self.malignant else _("benign")


SAMPLE_CASES = (
    SampleCase("SimulatedParotidBenign", malignant=False, seed=13),
    SampleCase("SimulatedParotidMalignant", malignant=True, seed=309),
)


def registerSampleCases() -> None:
    """Offer the simulated cases in Sample Data; the module calls it when Slicer has started."""
    import SampleData

    for sample in SAMPLE_CASES:
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=sample.name,
            thumbnailFileName=str(_ICONS / f"{sample.name}.png"),
            # There is no file to fetch, but Sample Data wants its lists all the same.
            uris=[],
            fileNames=[],
            nodeNames=[],
            customDownloader=loadFromSampleData,
        )


def loadFromSampleData(source):
    """Load the case of a Sample Data source, as its button does, and return its nodes, CT first."""
    with slicer.util.tryWithErrorDisplay(_("The sample case could not be made."), waitCursor=True):
        return list(loadSampleCase(source.sampleName))


def loadSampleCase(name: str):
    """Simulate a case by its name, add it to the scene and show it; takes one or two seconds.

    Returns:
        CT node, which carries the clinical findings (see `sampleClinicalFindings`), and
        segmentation node with the segment Tumor as a reader outlined it.

    Raises:
        KeyError: there is no such sample.
    """
    sample = {known.name: known for known in SAMPLE_CASES}[name]
    with slicer.util.MessageDialog(_("Simulating a CT of the parotid gland...")):
        case = _simulated(sample.seed, sample.malignant)
    ctNode = _addCt(case, _("Simulated CT ({outcome})").format(outcome=sample.outcome))
    segmentationNode = _addOutline(
        case, ctNode, _("Simulated outline ({outcome})").format(outcome=sample.outcome)
    )
    _show(ctNode, segmentationNode)
    return ctNode, segmentationNode


def sampleClinicalFindings(ctNode) -> dict:
    """Return the clinical findings that came with a CT, by the names of the variables.

    Empty for a CT that is not a sample case.
    """
    words = ctNode.GetAttribute(CLINICAL_ATTRIBUTE) if ctNode else None
    try:
        return dict(shen2026().record(parsed((words or "{}").encode())))
    except (ValueError, ClinicalValueError):  # a stranger's scene
        return {}


@lru_cache(maxsize=len(SAMPLE_CASES))
def _simulated(seed: int, malignant: bool):
    from ParotidClassifierCore.simulation.case import simulate_case

    return simulate_case(seed, malignant)


def _addCt(case, name: str):
    import SimpleITK as sitk

    from . import Images  # which needs SimpleITK, too

    node = slicer.util.addVolumeFromArray(
        sitk.GetArrayViewFromImage(case.ct),
        ijkToRAS=Images.matrixOf(case.ct),
        name=slicer.mrmlScene.GenerateUniqueName(name),
    )
    setSoftTissueWindow(node)
    node.SetAttribute(CLINICAL_ATTRIBUTE, json.dumps(dict(case.record)))
    return node


def _addOutline(case, ctNode, name: str):
    import SimpleITK as sitk

    node = slicer.mrmlScene.AddNewNodeByClass(
        "vtkMRMLSegmentationNode", slicer.mrmlScene.GenerateUniqueName(name)
    )
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(ctNode)
    color = list(shen2026().outlined.rgb)
    segmentId = node.GetSegmentation().AddEmptySegment("Tumor", "Tumor", color)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        sitk.GetArrayFromImage(case.tumor), node, segmentId, ctNode
    )
    return node


def _show(ctNode, segmentationNode) -> None:
    """Put the CT into the slice views and the middle of the tumour into their middle."""
    showInSliceViews(ctNode)
    center = segmentationNode.GetSegmentCenterRAS("Tumor")
    slicer.vtkMRMLSliceNode.JumpAllSlices(
        slicer.mrmlScene, *center, slicer.vtkMRMLSliceNode.CenteredJumpSlice
    )
