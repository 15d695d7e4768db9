"""The colour tables that Slicer reads from its own files, which slicer-core does not have."""

from __future__ import annotations

from typing import Any

import slicer

# Name → colours at even distances. Viridis: van der Walt & Smith, public domain (CC0).
_TABLES = {
    "Viridis": "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26818e 21908c 1f9f88 28ae80 3ebc74"
    " 5dc963 82d34c abdc32 d5e21a fde725",
}
_COLORS = 256


def add_file_colors(scene: Any) -> None:
    """Add the tables under the IDs that Slicer gives them; they stay when the scene is closed."""
    for name, colors in _TABLES.items():
        node = slicer.vtkMRMLColorTableNode()
        node.SetTypeToFile()
        node.SetName(name)
        node.SetSingletonTag(f"File{name}.txt")
        node.SaveWithSceneOff()
        node.HideFromEditorsOn()
        node.SetNumberOfColors(_COLORS)
        given = [bytes.fromhex(color) for color in colors.split()]
        for index in range(_COLORS):
            node.SetColor(index, *_between(given, index / (_COLORS - 1)), 1.0)
        scene.AddNode(node)


def _between(colors: list[bytes], share: float) -> tuple[float, ...]:
    place = share * (len(colors) - 1)
    lower = min(int(place), len(colors) - 2)
    pairs = zip(colors[lower], colors[lower + 1], strict=True)
    return tuple((a + (b - a) * (place - lower)) / 255 for a, b in pairs)
