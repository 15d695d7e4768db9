"""Where the network looked: in the right place, in nothing but what it was shown, every time."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from fixtures.cases import ball_grid
from fixtures.networks import drawn_network
from fixtures.regions import HEAD, PROTOCOL, REGIONS
from fixtures.simulated_cases import simulated
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.files import NETWORK
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.network.forward import Network, Slopes
from ParotidClassifierCore.network.grad_cam import saliency
from ParotidClassifierCore.network.inference import predict_values
from ParotidClassifierCore.network.inputs import network_input
from ParotidClassifierCore.network.weights import load_network
from scipy import ndimage


@pytest.fixture(scope="module")
def the_network():
    """The network of the shipped bundle."""
    return load_network((default_bundle() / NETWORK).read_bytes(), PROTOCOL)


@lru_cache
def simulated_grid(seed):
    case = simulated(seed)
    return prepare(Case(case.ct, case.tumor), PROTOCOL).grid


def spotted_grid(place):
    """An even ball with one coarsely textured spot, `place` mm (z, y, x) from its centre."""
    grid = ball_grid(radius=12)
    centre = (np.array(grid.ct.shape) - 1) / 2 + place
    offset = np.indices(grid.ct.shape) - centre[:, None, None, None]
    spot = np.exp(-((np.linalg.norm(offset, axis=0) / 4) ** 2) / 2)
    noise = np.random.default_rng(1).standard_normal(grid.ct.shape)
    texture = 1600 * ndimage.gaussian_filter(noise, 2)
    return replace(grid, ct=np.rint(50 + spot * texture).astype(np.int16))


def flattened(grid, where):
    """The case with each region blurred where asked."""
    ct = grid.ct.astype(float)
    for mask in (grid.tumor, grid.mask("External2")):
        share = ndimage.gaussian_filter(mask.astype(float), 4)
        mean = ndimage.gaussian_filter(np.where(mask, grid.ct, 0.0), 4) / np.maximum(share, 1e-6)
        ct[mask & where] = mean[mask & where]
    return replace(grid, ct=np.rint(ct).astype(np.int16))


def strongest(marked):
    return np.array(np.unravel_index(marked.argmax(), marked.shape))


def centroid(marked):
    return np.array(ndimage.center_of_mass(marked.astype(float)))


def test_the_map_lies_on_the_grid_from_nothing_to_one(the_network):
    grid = ball_grid()
    marked = saliency(the_network, HEAD, grid)
    assert marked.shape == grid.ct.shape
    assert marked.dtype == np.float32
    assert (marked.min(), marked.max()) == (0.0, 1.0)


def test_it_lies_in_what_the_network_was_shown_and_nowhere_else(the_network):
    grid = simulated_grid(3)
    marked = saliency(the_network, HEAD, grid)
    assert marked[~(grid.lesion)].max() == 0.0
    other = np.where(grid.lesion, grid.ct, -1000).astype(np.int16)
    np.testing.assert_array_equal(saliency(the_network, HEAD, replace(grid, ct=other)), marked)


def test_the_same_case_gives_the_same_bits(the_network):
    grid = ball_grid()
    first = saliency(the_network, HEAD, grid)
    np.testing.assert_array_equal(saliency(the_network, HEAD, grid), first)


def test_it_leaves_network_and_prediction_as_they_were(the_network):
    inputs = network_input(ball_grid(), REGIONS)[None]
    before = predict_values(the_network, inputs).logits
    saliency(the_network, HEAD, ball_grid())
    np.testing.assert_array_equal(predict_values(the_network, inputs).logits, before)


def test_a_head_that_reads_nothing_marks_nothing(the_network):
    last = "heads.2.2.weight"
    tensors = the_network.tensors | {last: np.zeros_like(the_network.tensors[last])}
    network = Network(PROTOCOL, "small", tensors)
    assert saliency(network, HEAD, ball_grid()).max() == 0.0


def test_a_network_that_overflows_marks_nothing(the_network):
    tensors = {
        name: np.full_like(tensor, -3e38) if name.endswith("running_mean") else tensor
        for name, tensor in the_network.tensors.items()
    }
    with pytest.raises(BundleError, match="not finite"):
        saliency(Network(PROTOCOL, "small", tensors), HEAD, ball_grid())


def test_a_network_with_other_weights_looks_elsewhere(the_network):
    grid = simulated_grid(3)
    shown = grid.lesion
    networks = the_network, drawn_network(0)
    one, other = (saliency(network, HEAD, grid)[shown] for network in networks)
    assert np.corrcoef(one, other)[0, 1] < 0.5


@pytest.mark.parametrize("shift", [(0, 0, 5), (0, -7, 0), (4, 0, 0), (-3, 6, 2)])
def test_it_moves_with_the_lesion(the_network, shift):
    still = ball_grid()
    masks = {region: np.roll(mask, shift, (0, 1, 2)) for region, mask in still.masks.items()}
    moved = replace(still, ct=np.roll(still.ct, shift, (0, 1, 2)), masks=masks)
    marked = saliency(the_network, HEAD, still)
    follows = saliency(the_network, HEAD, moved)
    np.testing.assert_allclose(follows, np.roll(marked, shift, (0, 1, 2)), atol=1e-3)
    np.testing.assert_allclose(centroid(follows) - centroid(marked), shift, atol=0.05)


@pytest.mark.parametrize("place", [(6, 0, 0), (0, 6, 0), (0, 0, 6), (0, -4, -4)])
def test_it_moves_within_the_lesion_with_what_is_there(the_network, place):
    opposite = tuple(-along for along in place)
    marked = {spot: saliency(the_network, HEAD, spotted_grid(spot)) for spot in (place, opposite)}
    direction = np.array(place) / np.linalg.norm(place)
    assert (strongest(marked[place]) - strongest(marked[opposite])) @ direction > 6  # of about 12
    assert (centroid(marked[place]) - centroid(marked[opposite])) @ direction > 2


def test_what_it_marks_matters(the_network):
    drops = []
    for seed in (1, 3, 7):
        grid = simulated_grid(seed)
        marked = saliency(the_network, HEAD, grid)
        shown = grid.lesion
        low, high = np.quantile(marked[shown], (0.2, 0.8))
        logit, without_most, without_least = (
            predict_values(the_network, network_input(each, REGIONS)[None]).logits[0, 2]
            for each in (grid, flattened(grid, marked >= high), flattened(grid, marked <= low))
        )
        drops.append((logit - without_most, logit - without_least))
    most, least = np.mean(drops, axis=0)
    assert most > least + 0.3


@pytest.mark.parametrize("head", ["Tumor_DL", "External2_DL", HEAD])
def test_the_map_is_that_of_pytorchs_slopes(the_network, head, monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch, which is compared with, is missing")
    from fixtures.torch_modules import single_module

    def slopes_by_torch(network, case, head):
        shown = torch.from_numpy(case)[None].requires_grad_()
        reading = single_module(network).read(shown)
        logit = reading.logits[0, list(network.head_regions).index(head)]
        at_inputs, *at_maps = torch.autograd.grad(logit, [shown, *reading.maps[head]])
        maps, at_maps = (
            [scale[0].detach().permute(1, 2, 0).double().numpy() for scale in scales]
            for scales in (reading.maps[head], at_maps)
        )
        return Slopes(maps, at_maps, at_inputs[0].double().numpy())

    grid = simulated_grid(3)
    marked = saliency(the_network, head, grid)
    monkeypatch.setattr(Network, "slopes", slopes_by_torch)
    np.testing.assert_allclose(saliency(the_network, head, grid), marked, rtol=0, atol=1e-4)
