"""How long the ring of a 23 mm tumour takes; at most 0.1 s is wanted."""

from __future__ import annotations

from made_cases import ball_grid
from ParotidClassifierCore.ring import RingSettings, automatic_ring

TUMOR_RADIUS = 11  # a ball 23 voxels across


def test_ring_of_a_23_mm_tumour(benchmark):
    grid = ball_grid(radius=TUMOR_RADIUS, margin=25)
    ring = benchmark(automatic_ring, grid.ct, grid.tumor, RingSettings())
    assert ring.mask.any()
