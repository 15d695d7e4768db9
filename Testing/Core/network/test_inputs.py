"""What the network sees of a lesion."""

import numpy as np
import pytest
from fixtures.regions import REGIONS
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.imaging.working_grid import Geometry, WorkingGrid
from ParotidClassifierCore.network.inputs import network_input, windowed
from scipy import ndimage

GEOMETRY = Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))


def grid_with_ellipsoid(half_axes, border=6, tumor_hu=80, ring_hu=-60, outside_hu=300):
    """Ellipsoid of half axes (z, y, x) in mm, its 2 mm ring, `border` mm of surroundings."""
    half = [int(np.ceil(axis)) + border for axis in half_axes]
    z, y, x = np.mgrid[tuple(slice(-h, h + 1) for h in half)]
    tumor = (z / half_axes[0]) ** 2 + (y / half_axes[1]) ** 2 + (x / half_axes[2]) ** 2 <= 1
    distance = ndimage.distance_transform_edt(~tumor)
    ring = (distance > 0) & (distance <= 2)
    ct = np.full(tumor.shape, outside_hu, np.int16)
    ct[tumor], ct[ring] = tumor_hu, ring_hu
    return WorkingGrid(ct, {"Tumor": tumor, "External2": ring}, GEOMETRY)


def test_the_input_is_two_regions_of_16_slices_of_96_by_96():
    inputs = network_input(grid_with_ellipsoid((10, 10, 10)), REGIONS)
    assert inputs.shape == (2, 16, 96, 96)
    assert inputs.dtype == np.float32
    assert inputs.min() >= -0.5
    assert inputs.max() <= 0.5


def test_the_window_is_400_wide_around_40_hu():
    assert windowed(np.array([-1024, -160, 40, 240, 3071])).tolist() == [0, 0, 0.5, 1, 1]


def test_inside_a_region_its_brightness_is_kept_and_nothing_else_is_seen():
    tumor, ring = network_input(grid_with_ellipsoid((12, 12, 12), outside_hu=240), REGIONS)
    assert tumor[8, 48, 48] == pytest.approx((80 - 40) / 400, abs=1e-6)
    assert tumor.min() >= 0
    assert tumor[:, 0, :].max() == 0
    assert ring[8, 48, 48] == 0
    assert ring.max() == 0
    assert ring.min() == pytest.approx((-60 - 40) / 400, abs=1e-6)


@pytest.mark.parametrize("half_axes", [(30, 30, 30), (45, 12, 12), (6, 40, 40)])
def test_the_thin_ring_is_neither_lost_nor_broken(half_axes):
    grid = grid_with_ellipsoid(half_axes)
    ring = network_input(grid, REGIONS)[1]
    low = [edge.min() for edge in np.nonzero(grid.lesion)]
    high = [edge.max() for edge in np.nonzero(grid.lesion)]
    side = max(high[1] - low[1], high[2] - low[2]) + 1 + 4
    voxel = (high[0] - low[0] + 1 + 4) / 16 * (side / 96) ** 2
    ring = -ring
    brightness = (60 + 40) / 400
    assert ring.sum(dtype=float) * voxel / brightness == pytest.approx(
        grid.mask("External2").sum(), rel=0.02
    )
    middle_row = ring[8, 48]
    assert (middle_row[:48].max(), middle_row[48:].max()) > (0.5 * brightness, 0.5 * brightness)


def test_in_plane_proportions_are_kept():
    tumor = network_input(grid_with_ellipsoid((8, 10, 20)), REGIONS)[0, 8] > 0.05
    rows, columns = np.ptp(np.nonzero(tumor), axis=1) + 1
    assert columns / rows == pytest.approx(2.0, rel=0.08)


def test_a_lesion_at_the_border_of_the_grid_is_padded_with_nothing():
    roomy = grid_with_ellipsoid((9, 9, 9), border=12)
    inner = slice(9, -9)
    masks = {region: mask[inner, inner, inner] for region, mask in roomy.masks.items()}
    tight = WorkingGrid(roomy.ct[inner, inner, inner], masks, GEOMETRY)
    np.testing.assert_allclose(
        network_input(tight, REGIONS), network_input(roomy, REGIONS), atol=1e-7
    )


def test_tissue_far_from_the_lesion_changes_nothing():
    grid = grid_with_ellipsoid((9, 9, 9))
    other = np.where(grid.lesion, grid.ct, -1000).astype(np.int16)
    changed = WorkingGrid(other, grid.masks, GEOMETRY)
    np.testing.assert_array_equal(network_input(changed, REGIONS), network_input(grid, REGIONS))


def test_a_case_without_regions_is_refused():
    nothing = np.zeros((8, 8, 8), bool)
    with pytest.raises(UnusableMaskError, match="Tumor and External2: no voxel"):
        network_input(
            WorkingGrid(
                nothing.astype(np.int16), {"Tumor": nothing, "External2": nothing}, GEOMETRY
            ),
            REGIONS,
        )
