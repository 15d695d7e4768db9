"""How long the ring of a 23 mm tumour takes; at most 0.1 s is wanted, on every edit."""

from fixtures.cases import ball_grid
from fixtures.regions import ring_settings
from ParotidClassifierCore.imaging.ring import automatic_ring


def test_ring_of_a_23_mm_tumour(benchmark, table):
    grid = ball_grid(radius=11, margin=25)  # a ball 23 voxels across
    ring = benchmark(automatic_ring, grid.ct, grid.tumor, ring_settings())
    assert ring.mask.any()
    table.at_most("The ring of a 23 mm tumour", benchmark.stats.stats.median, 0.1)
