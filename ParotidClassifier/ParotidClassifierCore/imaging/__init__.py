"""Volumes, masks, the 1 mm grid and the ring.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "choosing",
    "content",
    "contours",
    "file_cache",
    "findings",
    "image_headers",
    "itk_files",
    "lattice",
    "masks",
    "origin",
    "perturbation",
    "ring",
    "side",
    "volumes",
    "working_grid",
]
