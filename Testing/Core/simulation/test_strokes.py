"""The shapes and fields the phantom is made of."""

import numpy as np
import pytest
from ParotidClassifierCore.simulation.anatomy import group, structure
from ParotidClassifierCore.simulation.noise import Axes, SmoothNoise, ct_noise
from ParotidClassifierCore.simulation.strokes import Stroke, signed_distance

BAR = Stroke({0.0: ((0, 0, 2), (10, 0, 2)), 10.0: ((0, 0, 4), (10, 0, 4))})


def distance_at(nodes, x, y):
    return float(signed_distance(np.array([[x]], float), np.array([[y]], float), nodes)[0, 0])


def test_the_distance_to_a_bar_is_exact():
    nodes = BAR.nodes(0)
    assert distance_at(nodes, 5, 0) == pytest.approx(-2)
    assert distance_at(nodes, 5, 5) == pytest.approx(3)
    assert distance_at(nodes, 14, 3) == pytest.approx(3)


def test_stroke_changes_linearly():
    assert BAR.nodes(5)[0].tolist() == [0, 0, 3]
    assert BAR.nodes(5, side=-1)[1].tolist() == [-10, 0, 3]
    assert BAR.nodes(10.1) is None
    assert BAR.nodes(-0.1) is None


def test_an_arch_has_no_corner_on_the_midline():
    arch = Stroke(
        {0.0: ((30, 0, 2), (20, -20, 2), (0, -30, 2)), 1.0: ((30, 0, 2), (20, -20, 2), (0, -30, 2))}
    )
    nodes = arch.nodes(0)
    slope = (nodes[-1, 1] - nodes[-2, 1]) / (nodes[-1, 0] - nodes[-2, 0])
    assert abs(slope) < 0.25


def test_every_structure_lies_within_the_head():
    for part in ("muscles", "bones", "glands", "arteries", "veins"):
        for name, stroke in group(part).items():
            for z in np.arange(-40.0, 40.0, 10.0):
                nodes = stroke.nodes(float(z))
                body = structure("outline", "body").nodes(float(z))
                for x, y, radius in [] if nodes is None else nodes.tolist():
                    nose = name == "nasal soft tissue"
                    assert nose or distance_at(body, abs(x), y) < 2 - radius, (name, z)


def test_field_has_unit_variance():
    positions = np.arange(0, 120, 0.5)
    field = SmoothNoise(np.random.default_rng(0), 4.0, Axes(positions, positions, (0, 60)))
    planes = np.stack([field.plane(z) for z in np.arange(0, 60, 2.0)])
    near = np.corrcoef(planes[:, :, :-4].ravel(), planes[:, :, 4:].ravel())[0, 1]
    far = np.corrcoef(planes[:, :, :-32].ravel(), planes[:, :, 32:].ravel())[0, 1]
    assert planes.std() == pytest.approx(1, abs=0.08)
    assert near > 0.75
    assert abs(far) < 0.1


def test_noise_has_its_deviation():
    noise = ct_noise(np.random.default_rng(0), (6, 200, 200), 0.5, 11.0)
    assert noise.std() == pytest.approx(11.0, rel=1e-3)
    assert noise.reshape(6, 10, 20, 10, 20).mean(axis=(2, 4)).std() < 2.0
