"""What the self tests of the panels put into the scene: small volumes and an outline."""

import numpy as np
import slicer

SPACING = (1.0, 1.0, 2.0)
TUMOR_HU, TISSUE_HU = 110, 60
RADIUS_MM = 9.0
_SHAPE = 24, 60, 70  # slices, rows, columns


def addCt(name="Enhanced CT", enhancementHu=0, seed=0):
    """Add a CT of soft tissue with air, bone and a ball of tumour; noise of 8 HU."""
    noise = 8 * np.random.default_rng(seed).standard_normal(_SHAPE)
    values = np.where(_ball(), TUMOR_HU, TISSUE_HU) + enhancementHu + noise
    values[:, :5, :] = -1000
    values[:, -10:-5, 20:30] = 900
    return addVolume(np.rint(values).astype(np.int16), name)


def addMr(name="T1"):
    """Add a volume whose values are no HU: from 0 to 1."""
    values = np.random.default_rng(1).random(_SHAPE)
    return addVolume(values.astype(np.float32), name)


def addVolume(values, name):
    """Add a volume node with these voxels (z, y, x)."""
    ijkToRas = np.diag([-SPACING[0], -SPACING[1], SPACING[2], 1.0])
    return slicer.util.addVolumeFromArray(values, ijkToRAS=ijkToRas, name=name)


def addOutline(ctNode, name="Outline", radiusMm=RADIUS_MM):
    """Add a segmentation whose segment Tumor is the ball in `addCt`, or a smaller one."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(ctNode)
    node.GetSegmentation().AddEmptySegment("Tumor", "Tumor")
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        _ball(radiusMm).astype(np.uint8), node, "Tumor", ctNode
    )
    return node


def underPatient(name, *nodes):
    """Put nodes under a patient of this name."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), name)
    study = hierarchy.CreateStudyItem(patient, "Study")
    for node in nodes:
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), study)


def _ball(radiusMm=RADIUS_MM):
    centre = (np.array(_SHAPE) - 1) / 2
    offset = np.moveaxis(np.indices(_SHAPE), 0, -1) - centre
    return np.linalg.norm(offset * SPACING[::-1], axis=-1) <= radiusMm


def setWindow(volumeNode, window, level):
    """Let the user have set a window."""
    display = volumeNode.GetScalarVolumeDisplayNode()
    display.AutoWindowLevelOff()
    display.SetWindowLevel(window, level)


def windowAndLevel(volumeNode):
    """Return the window that a volume is shown in."""
    display = volumeNode.GetScalarVolumeDisplayNode()
    return display.GetWindow(), display.GetLevel()
