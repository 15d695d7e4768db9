"""A training starts from torchvision's weights: what is read unchanged and what is refused."""

import json
import pickle
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import UnreadableFileError, UsageError
from ParotidClassifierCore.network.imagenet import load_imagenet_weights, stem_for_slices
from ParotidClassifierCore.network.mobilenet import MultiInputNetwork
from safetensors.torch import save_file

LAYOUTS = json.loads((Path(__file__).parent / "torchvision_layout.json").read_text("utf-8"))


def torchvision_checkpoint(variant="small"):
    """A state dict in torchvision's layout with made values."""
    generator = torch.Generator().manual_seed(5)
    return {
        name: torch.rand(shape, generator=generator) + 0.1 if shape else torch.tensor(7)
        for name, shape in LAYOUTS[f"mobilenet_v3_{variant}"].items()
    }


@pytest.mark.parametrize("file_name", ["imagenet.pth", "imagenet.safetensors"])
def test_a_torchvision_checkpoint_loads_unchanged(tmp_path, file_name):
    checkpoint = torchvision_checkpoint()
    save = save_file if file_name.endswith("safetensors") else torch.save
    save(checkpoint, tmp_path / file_name)
    network = MultiInputNetwork(PROTOCOL)
    load_imagenet_weights(network, tmp_path / file_name)
    for backbone in network.backbones:
        ours = backbone.state_dict()
        for name, tensor in checkpoint.items():
            if name.startswith("features.") and not name.endswith("num_batches_tracked"):
                expected = (
                    tensor.mean(1, keepdim=True).expand(-1, 16, -1, -1) * 3 / 16
                    if name == "features.0.0.weight"
                    else tensor
                )
                torch.testing.assert_close(ours[name], expected, rtol=1e-6, atol=1e-7)


def test_the_adapted_stem_answers_a_grey_picture_like_the_original():
    kernel = torch.randn(16, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    grey = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    original = torch.nn.functional.conv2d(grey.expand(-1, 3, -1, -1), kernel)
    adapted = torch.nn.functional.conv2d(grey.expand(-1, 16, -1, -1), stem_for_slices(kernel, 16))
    torch.testing.assert_close(adapted, original, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_of_the_other_variant_is_refused(tmp_path):
    torch.save(torchvision_checkpoint("large"), tmp_path / "large.pth")
    with pytest.raises(UsageError, match="MobileNetV3-small"):
        load_imagenet_weights(MultiInputNetwork(PROTOCOL), tmp_path / "large.pth")


class Intruder:
    def __reduce__(self):
        return (Path.touch, (Path(__file__).parent / "intruded",))


def test_a_checkpoint_that_runs_code_is_refused_and_not_run(tmp_path):
    torch.save({"features.0.0.weight": Intruder()}, tmp_path / "evil.pth")
    with pytest.raises(UnreadableFileError, match=r"evil\.pth"):
        load_imagenet_weights(MultiInputNetwork(PROTOCOL), tmp_path / "evil.pth")
    assert not (Path(__file__).parent / "intruded").exists()


@pytest.mark.parametrize(
    "content", [b"", b"not a tensor in sight", b"PK\x03\x04", pickle.dumps([1, 2], protocol=2)]
)
def test_a_checkpoint_that_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "file.pth").write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"file\.pth"):
        load_imagenet_weights(MultiInputNetwork(PROTOCOL), tmp_path / "file.pth")
