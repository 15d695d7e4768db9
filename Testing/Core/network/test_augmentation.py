"""Random variation that leaves a case's outcome as it is."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

from fixtures.network_inputs import made_cases
from ParotidClassifierCore.network.augmentation import AugmentationSettings, augmented

STILL = AugmentationSettings(False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def eight_cases():
    return made_cases(8)


def test_augmentation_varies_cases_and_leaves_the_outside_empty(eight_cases):
    inputs = torch.from_numpy(eight_cases[0])
    varied = augmented(inputs, AugmentationSettings(), torch.Generator().manual_seed(0))
    again = augmented(inputs, AugmentationSettings(), torch.Generator().manual_seed(0))
    assert torch.equal(varied, again)
    assert varied[:, :, :, 0, 0].abs().max() == 0
    for case, original in zip(varied, inputs, strict=True):
        assert not torch.allclose(case, original, atol=1e-3)


def test_tumor_and_ring_move_together():
    inputs = torch.zeros(4, 2, 16, 96, 96)
    inputs[:, :, 3, 30:40, 60:70] = 0.5
    settings = AugmentationSettings(brightness=0.0, contrast=0.0, noise=0.0)
    tumor, ring = augmented(inputs, settings, torch.Generator().manual_seed(0)).unbind(1)
    assert torch.equal(tumor, ring)


def test_no_augmentation_means_the_case_itself(eight_cases):
    inputs = torch.from_numpy(eight_cases[0])
    varied = augmented(inputs, STILL, torch.Generator().manual_seed(0))
    torch.testing.assert_close(varied, inputs, rtol=0, atol=1e-5)


def test_elastic_deformation_bends_a_straight_edge_a_little():
    inputs = torch.zeros(1, 2, 16, 96, 96)
    inputs[..., :48, :] = 0.5
    bent = augmented(inputs, replace(STILL, elastic=0.03), torch.Generator().manual_seed(0))
    edge = (bent[0, 0, 8] > 0.25).sum(0)[6:-6]
    assert edge.max() - edge.min() > 0
    assert (edge - 48).abs().max() <= 0.05 * 96
    assert (edge.diff().abs() <= 1).all()
