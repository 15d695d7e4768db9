"""The region in the gland of the other side: a segment that is loaded, or a ball around a point."""

import SimpleITK as sitk
import slicer
from ParotidClassifierCore.base.cache import Cache, Same
from ParotidClassifierCore.case.other_gland import RADIUS_MM, ball_at, compare
from ParotidClassifierCore.imaging.working_grid import Geometry
from slicer.i18n import tr as _

from .Outline import maskOfSegment
from .SceneCase import requireSamePatient, requireUntransformed

_COLOR = 0.0, 0.62, 0.45  # neither that of the tumour nor that of the ring
_OPACITY = 0.4  # the CT inside the ball can be seen


class OtherGland:
    """Holds which region is compared with the tumour, and compares them.

    The region lies in the parameter node. It counts on the CT on which it was chosen.
    """

    def __init__(self, sceneCase):
        self._sceneCase = sceneCase
        self._compared = Cache(1)

    def regionOf(self, parameterNode):
        """Return the node of the region: a segmentation or a point list; None where there is none.

        A point list that holds no point is a region that is still to be placed.
        """
        node = None if parameterNode is None else parameterNode.gland
        if node is None or not (isPoint(node) or node.IsA("vtkMRMLSegmentationNode")):
            return None
        isOfCt = parameterNode.ct is not None and parameterNode.glandCt is parameterNode.ct
        return node if isOfCt else None

    def choose(self, parameterNode, node, segmentId: str = "") -> None:
        """Take a segment or a point list as the region, or with None nothing; an old point goes."""
        before = parameterNode.gland
        with slicer.util.NodeModify(parameterNode):
            parameterNode.gland = node
            parameterNode.glandSegment = segmentId
            parameterNode.glandCt = None if node is None else parameterNode.ct
        if before is not None and before is not node and isPoint(before):
            slicer.mrmlScene.RemoveNode(before)

    def choosePoint(self, parameterNode) -> None:
        """Take a point as the region, and let the next click in a view place it."""
        points = self.regionOf(parameterNode)
        if points is None or not isPoint(points):
            points = _newPoints()
            self.choose(parameterNode, points)
        points.RemoveAllControlPoints()
        logic = slicer.modules.markups.logic()
        logic.SetActiveList(points)
        logic.StartPlaceMode(False)

    def isPlacing(self, parameterNode) -> bool:
        """Return whether the next click in a view places the point."""
        points = self.regionOf(parameterNode)
        if points is None or not isPoint(points):
            return False
        isActive = slicer.modules.markups.logic().GetActiveListID() == points.GetID()
        return isActive and interactionNode().GetCurrentInteractionMode() == interactionNode().Place

    def stopPlacing(self) -> None:
        """Let a click in a view place nothing."""
        interactionNode().SwitchToViewTransformMode()

    def comparison(self, parameterNode):
        """Return Core's GlandComparison; None where there is no region or it is still to be placed.

        Raises:
            ParotidClassifierError: tumour or region cannot be used.
        """
        node = self.regionOf(parameterNode)
        if node is None or (isPoint(node) and _placeOf(node) is None):
            return None
        case = self._sceneCase.case(parameterNode)
        region = self._mask(parameterNode, case.ct)
        state = Same(case.ct), _contentOf(case.tumor), _contentOf(region)
        return self._compared.get("last", lambda: compare(case, region), state)

    def _mask(self, parameterNode, ct):
        node = parameterNode.gland
        if isPoint(node):
            right, anterior, superior = _placeOf(node)
            return ball_at(ct, (-right, -anterior, superior))
        requireUntransformed(node)
        requireSamePatient(parameterNode.ct, node)
        return maskOfSegment(node, parameterNode.glandSegment, ct)


def isPoint(node) -> bool:
    """Return whether a region is a ball around a point, not a segment."""
    return node.IsA("vtkMRMLMarkupsFiducialNode")


def interactionNode():
    """Return the node that tells what a click in a view does."""
    return slicer.app.applicationLogic().GetInteractionNode()


def _newPoints():
    """Add a point list whose point is shown as the ball that is measured."""
    name = _("Other gland")
    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    points.SetControlPointLabelFormat(name)
    points.SetMaximumNumberOfControlPoints(1)
    points.CreateDefaultDisplayNodes()
    display = points.GetDisplayNode()
    display.SetGlyphType(display.Sphere3D)
    display.SetUseGlyphScale(False)
    display.SetGlyphSize(2 * RADIUS_MM)
    display.SetOpacity(_OPACITY)
    for setColor in (display.SetColor, display.SetSelectedColor):
        setColor(*_COLOR)
    return points


def _placeOf(points):
    """Return where the point lies: RAS, mm, under the transforms above it.

    None where there is none that a click has placed: one that is still to be placed follows the
    mouse.
    """
    for index in range(points.GetNumberOfControlPoints()):
        if points.GetNthControlPointPositionStatus(index) == points.PositionDefined:
            place = [0.0, 0.0, 0.0]
            points.GetNthControlPointPositionWorld(index, place)
            return place
    return None


def _contentOf(mask) -> tuple:
    return Geometry.of(mask), sitk.GetArrayViewFromImage(mask).tobytes()
