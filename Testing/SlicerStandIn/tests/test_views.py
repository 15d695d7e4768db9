"""Pictures show what the views would: the volume, the outlines, the surfaces."""

import numpy as np
import pytest
import slicer
from SlicerStandIn import views
from SlicerStandIn.layout_picture import panel_beside_views

VIEWS = (views.RED, views.GREEN, views.YELLOW)
SIZE = (200, 160)
# Voxels of 1 mm: the ball is at 20 mm left, 10 mm anterior, 5 mm superior of the middle.
BALL_RAS = (-20.0, 10.0, 5.0)


@pytest.fixture
def ct():
    _z, y, x = np.mgrid[-30:30, -50:50, -50:50]
    voxels = np.where(x**2 + y**2 < 45**2, 100, -1000).astype(np.int16)
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    to_ras[:3, 3] = 50, 50, -30
    node = slicer.util.addVolumeFromArray(voxels, ijkToRAS=to_ras, name="CT")
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().AutoWindowLevelOff()
    node.GetDisplayNode().SetWindowLevelMinMax(-160, 240)
    for view in VIEWS:
        logic = slicer.app.layoutManager().sliceWidget(view).sliceLogic()
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(node.GetID())
    return node


@pytest.fixture
def outline(ct):
    z, y, x = np.mgrid[-30:30, -50:50, -50:50]
    right, anterior, superior = BALL_RAS
    ball = (x + right) ** 2 + (y + anterior) ** 2 + (z - superior) ** 2 < 8**2
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Outlines")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(ct)
    segment = node.GetSegmentation().AddEmptySegment("Tumor", "Tumor", (1.0, 0.0, 0.0))
    slicer.util.updateSegmentBinaryLabelmapFromArray(ball.astype(np.uint8), node, segment, ct)
    return node


def reddish(pixels):
    red, green, blue = np.moveaxis(pixels.astype(int), -1, 0)
    return (red > green + 30) & (red > blue + 30)


def middle_of(mask):
    return np.argwhere(mask).mean(axis=0)


@pytest.mark.parametrize("view", VIEWS)
def test_slice_view_shows_the_window(ct, view):
    pixels = views.slice_pixels(view, SIZE)
    assert pixels.shape == (160, 200, 3)
    expected = 255 * (100 + 160) / 400
    assert pixels[80, 100] == pytest.approx(expected, abs=3)


@pytest.mark.parametrize("view", VIEWS)
def test_outline_lies_in_the_middle(outline, view):
    pixels = views.slice_pixels(view, SIZE, views.Aim(BALL_RAS, width_mm=50.0))
    shown = reddish(pixels)
    assert middle_of(shown) == pytest.approx((80, 100), abs=3)
    assert shown.any(axis=0).sum() == pytest.approx(16 * 200 / 50, abs=6)


def test_axial_view_has_left_on_right(outline):
    pixels = views.slice_pixels("Red", SIZE, views.Aim((0.0, 0.0, 5.0)))
    row, column = middle_of(reddish(pixels))
    assert column > 100
    assert row < 80


def test_3d_view_shows_the_front(outline):
    aim = views.Aim((0.0, 0.0, 0.0), width_mm=100.0)
    before = reddish(views.three_d_pixels(SIZE, aim))
    outline.CreateClosedSurfaceRepresentation()
    shown = reddish(views.three_d_pixels(SIZE, aim)) & ~before
    assert shown.sum() > 50
    assert middle_of(shown)[1] > 100  # left of the patient


def test_pictures_leave_the_scene(outline):
    node = slicer.app.layoutManager().sliceWidget("Red").sliceLogic().GetSliceNode()

    def state():
        matrix = slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()).tolist()
        count = slicer.mrmlScene.GetNumberOfNodes()
        return count, node.GetFieldOfView(), node.GetDimensions(), matrix

    before = state()
    views.slice_pixels("Red", SIZE, views.Aim(BALL_RAS, width_mm=40.0))
    views.three_d_pixels(SIZE)
    assert state() == before


def test_panel_stands_beside_views(outline, tmp_path):
    import qt
    import SimpleITK as sitk

    panel = qt.QWidget()
    panel.resize(300, 500)
    path = panel_beside_views(tmp_path / "all.png", panel, views.Aim(BALL_RAS), SIZE)
    pixels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    assert pixels.shape[:2] == (500, 300 + 2 * (SIZE[0] + 3))
    assert pixels[10, 400].tolist() == [0xF3, 0x4A, 0x33]
