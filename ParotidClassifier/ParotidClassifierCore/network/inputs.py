"""What the network sees of a case: a masked, windowed box of 16 × 96 × 96 of each region."""

from collections.abc import Sequence

import numpy as np

from ..base.errors import UnusableMaskError
from ..imaging.lattice import occupied
from ..imaging.working_grid import WINDOW_WIDTH_HU, WorkingGrid, window_hu

# Shen et al. 2026: input 96 × 96 × 16, display window 400/40 HU.
INPUT_SIZE = 96
INPUT_SLICES = 16
BOX_MARGIN_MM = 2.0
# Outside a region the network sees mid-grey, the window's level. Were it black, the outline would
# be the picture's strongest edge and the maxima that become deep features would see little else.
MID_GREY = 0.5
REGION_SHAPE = (INPUT_SLICES, INPUT_SIZE, INPUT_SIZE)
INPUT_WORDS = " × ".join(map(str, reversed(REGION_SHAPE)))


def network_input(grid: WorkingGrid, regions: Sequence[str]) -> np.ndarray:
    """Return the network's input of one case.

    The box around these regions, with a margin of BOX_MARGIN_MM and square in plane (the
    longer side, so that shapes keep their proportions), is resampled to 16 × 96 × 96. What lies
    outside the working grid counts as outside the regions.

    The windowed CT, counted from mid-grey, is masked first and resampled then: every value is
    brightness above mid-grey times the share of the region in the voxel's surroundings. A
    thresholded mask would lose the 2 mm ring where a tall lesion's slices are wider than it; a
    share only gets smaller, and the brightness of tissue outside the region never enters.

    Returns:
        float32 (region, slice, row, column) = (regions, 16, 96, 96) in [-0.5, 0.5]; 0 outside the
        region.

    Raises:
        UnusableMaskError: no region has a voxel.
    """
    inside = occupied(_lesion(grid, regions))
    weights = [
        _resampling_weights(length, start, stop, size)[:, along]
        for length, (start, stop), size, along in zip(
            grid.ct.shape, _box(inside), REGION_SHAPE, inside, strict=True
        )
    ]
    brightness = windowed(grid.ct[inside]) - MID_GREY
    shown = [_resampled(brightness * grid.mask(region)[inside], weights) for region in regions]
    return np.clip(np.stack(shown), -MID_GREY, MID_GREY).astype(np.float32)


def on_grid(values: np.ndarray, grid: WorkingGrid, regions: Sequence[str]) -> np.ndarray:
    """Return what belongs to the voxels of the network's input where those lie in the case.

    Args:
        values: (slice, row, column) = (16, 96, 96), as one region of `network_input`.

    Returns:
        float64 (z, y, x), interpolated linearly; 0 outside these regions.
    """
    lesion = _lesion(grid, regions)
    weights = [
        linear_weights((np.arange(length) - start) * size / (stop - start) - 0.5, size)
        for length, (start, stop), size in zip(
            grid.ct.shape, _box(occupied(lesion)), REGION_SHAPE, strict=True
        )
    ]
    return _resampled(values, weights) * lesion


def windowed(hounsfield: np.ndarray) -> np.ndarray:
    """Map HU to [0, 1] over the 400/40 window; float64, same shape."""
    return np.clip((hounsfield.astype(np.float64) - window_hu()[0]) / WINDOW_WIDTH_HU, 0.0, 1.0)


def _lesion(grid: WorkingGrid, regions: Sequence[str]) -> np.ndarray:
    lesion = np.logical_or.reduce([grid.mask(region) for region in regions])
    if not lesion.any():
        raise UnusableMaskError(
            f"{' and '.join(regions)}: no voxel on the 1 mm grid.",
            "Segment the tumour and compute the ring before the prediction.",
        )
    return lesion


def _box(inside: tuple[slice, ...]) -> list[tuple[float, float]]:
    """Edges of the box along (z, y, x), in voxels = mm; voxel i spans i - 0.5 to i + 0.5."""
    low, high = np.array([(along.start, along.stop) for along in inside]).T - 0.5
    centre, length = (low + high) / 2, high - low
    length[1:] = length[1:].max()
    half = length / 2 + BOX_MARGIN_MM
    return list(zip(centre - half, centre + half, strict=True))


def _resampling_weights(length: int, start: float, stop: float, size: int) -> np.ndarray:
    """Linear interpolation of `length` samples at `size` points from start to stop: (size, length).

    Where the points lie further apart than the samples, the triangle of linear interpolation is
    widened to their distance, so that nothing falls between two points. A point beyond the samples
    gets weights that sum to less than one: zeros lie outside.
    """
    step = (stop - start) / size
    points = start + (np.arange(size) + 0.5) * step
    reach = max(1.0, step)
    distances = np.abs(points[:, None] - np.arange(length)[None, :])
    triangle = np.maximum(0.0, 1.0 - distances / reach)
    samples = np.arange(np.floor(start - reach), np.ceil(stop + reach) + 1)
    complete = np.maximum(0.0, 1.0 - np.abs(points[:, None] - samples[None, :]) / reach)
    return triangle / complete.sum(axis=1, keepdims=True)


def _resampled(volume: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    slices, rows, columns = weights
    thinned = np.tensordot(slices, volume, axes=(1, 0))
    return rows @ thinned @ columns.T


def linear_weights(places: np.ndarray, samples: int) -> np.ndarray:
    """Linear interpolation of `samples` values at `places`, which count them: (places, samples).

    Beyond the first and the last sample, its value goes on.
    """
    return np.stack([np.interp(places, np.arange(samples), one) for one in np.eye(samples)], axis=1)
