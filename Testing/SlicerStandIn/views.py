"""Pictures of slice and 3D views, rendered offscreen by Slicer's own displayable managers.

What the views show comes from the scene: volumes from the slice composite nodes of the layout,
outlines and surfaces from the display nodes. The scene is left as it was.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

if TYPE_CHECKING:
    from collections.abc import Iterator

RED, GREEN, YELLOW = "Red", "Green", "Yellow"

_SLICE_MANAGERS = (
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLCrosshairDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
)
_THREE_D_MANAGERS = (
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLModelDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
    "vtkMRMLMarkupsDisplayableManager",
)
_CAMERA_DISTANCE_MM = 500.0
_AROUND_CENTRE_MM = 100.0


@dataclasses.dataclass(frozen=True)
class Aim:
    """What a view shows.

    Attributes:
        centre: RAS in mm of the middle of the picture; None for the middle of what is there.
        width_mm: width of the picture in mm; None to fit what is there. A 3D view shows about
            as much, since near things are larger in it.
    """

    centre: tuple[float, float, float] | None = None
    width_mm: float | None = None


def slice_pixels(view: str, size: tuple[int, int], aim: Aim | None = None) -> np.ndarray:
    """Return the picture of a slice view of the layout: rows from the top, RGB, uint8."""
    logic = slicer.app.layoutManager().sliceWidget(view).sliceLogic()
    aim = aim or Aim()
    with _window(size) as (window, renderer), _geometry_kept(logic.GetSliceNode()):
        _aim(logic, size, aim)
        _add_image(renderer, logic)  # before the managers: what is added first lies lowest
        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        with _managers(factory, _SLICE_MANAGERS, renderer, logic.GetSliceNode()):
            return _rendered(window)


def three_d_pixels(size: tuple[int, int], aim: Aim | None = None) -> np.ndarray:
    """Return the picture of the first 3D view from the front: rows from the top, RGB, uint8."""
    node = slicer.app.layoutManager().threeDWidget(0).mrmlViewNode()
    with _window(size) as (window, renderer), _no_new_cameras():
        factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
        with _managers(factory, _THREE_D_MANAGERS, renderer, node):
            _look_from_the_front(renderer, aim or Aim())
            return _rendered(window)


@contextmanager
def _window(size: tuple[int, int]) -> Iterator[tuple]:
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    renderer, window = vtk.vtkRenderer(), vtk.vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetSize(*size)
    window.AddRenderer(renderer)
    interactor = vtk.vtkRenderWindowInteractor()  # the managers take events from it
    interactor.SetRenderWindow(window)
    interactor.Initialize()
    try:
        yield window, renderer
    finally:
        window.Finalize()


@contextmanager
def _managers(factory, names: tuple[str, ...], renderer, node) -> Iterator[None]:
    factory.SetMRMLApplicationLogic(slicer.app.applicationLogic())
    for name in names:
        if not factory.IsDisplayableManagerRegistered(name):
            factory.RegisterDisplayableManager(name)
    group = slicer.vtkMRMLDisplayableManagerGroup()
    group.SetRenderer(renderer)
    group.Initialize(factory, renderer)
    group.SetMRMLDisplayableNode(node)
    try:
        yield
    finally:
        group.SetMRMLDisplayableNode(None)


@contextmanager
def _no_new_cameras() -> Iterator[None]:
    """Remove the camera node that the camera manager adds for a view that has none."""
    before = slicer.util.getNodesByClass("vtkMRMLCameraNode")
    try:
        yield
    finally:
        for node in slicer.util.getNodesByClass("vtkMRMLCameraNode"):
            if node not in before:
                slicer.mrmlScene.RemoveNode(node)


@contextmanager
def _geometry_kept(node) -> Iterator[None]:
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(node.GetSliceToRAS())
    dimensions, field, origin = node.GetDimensions(), node.GetFieldOfView(), node.GetXYZOrigin()
    try:
        yield
    finally:
        node.GetSliceToRAS().DeepCopy(matrix)
        node.SetDimensions(*dimensions)
        node.SetFieldOfView(*field)
        node.SetXYZOrigin(*origin)
        node.UpdateMatrices()


def _aim(logic, size: tuple[int, int], aim: Aim) -> None:
    node = logic.GetSliceNode()
    logic.ResizeSliceNode(*size)
    logic.FitSliceToBackground()
    if aim.width_mm is not None:
        _x, _y, depth = node.GetFieldOfView()
        node.SetFieldOfView(aim.width_mm, aim.width_mm * size[1] / size[0], depth)
    if aim.centre is not None:
        node.JumpSliceByCentering(*aim.centre)


def _look_from_the_front(renderer, aim: Aim) -> None:
    camera = renderer.GetActiveCamera()
    camera.SetPosition(0, _CAMERA_DISTANCE_MM, 0)
    camera.SetFocalPoint(0, 0, 0)
    camera.SetViewUp(0, 0, 1)
    renderer.ResetCamera()
    if aim.centre is not None:
        radius = (aim.width_mm or 2 * _AROUND_CENTRE_MM) / 2
        bounds = [place + sign * radius for place in aim.centre for sign in (-1, 1)]
        renderer.ResetCamera(bounds)
    renderer.ResetCameraClippingRange()


def _add_image(renderer, logic) -> None:
    mapper = vtk.vtkImageMapper()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    mapper.SetInputConnection(logic.GetImageDataConnection())
    actor = vtk.vtkActor2D()
    actor.SetMapper(mapper)
    actor.GetProperty().SetDisplayLocationToBackground()
    renderer.AddViewProp(actor)


def _rendered(window) -> np.ndarray:
    window.Render()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.SetInputBufferTypeToRGB()
    grab.ReadFrontBufferOff()
    grab.Update()
    image = grab.GetOutput()
    width, height, _depth = image.GetDimensions()
    colors = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 3)
    return colors[::-1].copy()  # VTK counts rows from the bottom
