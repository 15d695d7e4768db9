"""Volumes, masks, the 1 mm grid and the ring."""

__all__ = [  # the modules that other packages may import
    "choosing", "contours", "file_cache", "findings", "image_headers", "itk_files",
    "lattice", "masks", "origin", "perturbation", "ring", "side", "volumes", "working_grid",
]  # fmt: skip
