"""What the content of a working grid is known by."""

from ..base.cache import content_key
from .working_grid import WorkingGrid


def image_key(grid: WorkingGrid) -> str:
    """Return the SHA-256 of the CT on the grid and of where it lies."""
    return content_key(repr((grid.geometry, grid.ct.shape)), grid.ct)


def region_key(grid: WorkingGrid, region: str) -> str:
    """Return the SHA-256 of a region's mask; it says nothing without the CT's."""
    return content_key(grid.mask(region))
