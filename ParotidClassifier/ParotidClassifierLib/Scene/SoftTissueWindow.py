"""The study's display window on the CTs of a case."""

import slicer


def hasAutomaticWindow(volumeNode) -> bool:
    """Return whether Slicer chose the window of a volume, not the user."""
    display = volumeNode.GetScalarVolumeDisplayNode()
    return display is None or bool(display.GetAutoWindowLevel())


def setSoftTissueWindow(volumeNode) -> None:
    """Show a volume in the study's display window."""
    from ParotidClassifierCore.imaging.working_grid import window_hu

    if volumeNode.GetScalarVolumeDisplayNode() is None:
        volumeNode.CreateDefaultDisplayNodes()
    display = volumeNode.GetScalarVolumeDisplayNode()
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(*window_hu())


def showInSliceViews(volumeNode) -> None:
    """Put a volume behind everything else in all slice views, fitted to them."""
    slicer.util.setSliceViewerLayers(background=volumeNode, fit=True)
