"""Observing VTK objects from a Qt object, as long as that lives."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import shiboken6
import slicer
import vtk

if TYPE_CHECKING:
    from collections.abc import Callable

# Only these pass a node; what other events pass is no object, and VTK would take it for one.
_WITH_NODE = (slicer.vtkMRMLScene.NodeAddedEvent, slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent)


class Observing:
    """Mixin for Qt objects; `method` is one of its own and gets the event's node, or None."""

    def observe(self, vtk_object: Any, event: int | str, method: Callable[..., None]) -> None:
        """Call `method` at every such event of `vtk_object`."""
        reference = weakref.WeakMethod(method)

        def notified(_caller: Any, _event: str, node: Any = None) -> None:
            bound = reference()
            if bound is not None and shiboken6.isValid(bound.__self__):
                bound(node)

        if event in _WITH_NODE:
            notified = vtk.calldata_type(vtk.VTK_OBJECT)(notified)
        tag = vtk_object.AddObserver(event, notified)
        self.__dict__.setdefault("_observed", []).append((vtk_object, tag))

    def unobserve(self, vtk_object: Any) -> None:
        """Stop observing this object."""
        observed = self.__dict__.setdefault("_observed", [])
        for entry in [one for one in observed if one[0] is vtk_object]:
            observed.remove(entry)
            vtk_object.RemoveObserver(entry[1])
