"""Start a training from torchvision's ImageNet weights.

Files are read and never mapped: Windows lets nobody replace a file that is mapped.
"""

from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor

from ..base.errors import UnreadableFileError, UsageError
from .architecture import backbone
from .inputs import INPUT_SLICES
from .mobilenet import BATCHES, MultiInputNetwork, load_tensors

IMAGENET_CHANNELS = 3
_STEM = "features.0.0.weight"


def load_imagenet_weights(network: MultiInputNetwork, path: str | Path) -> None:
    """Start every region's network from a torchvision MobileNetV3 checkpoint, in place.

    The 3-colour stem is averaged over the colours and repeated over the slices, times 3/16: slices
    that are all alike give what a grey picture gives the original. The classifier is left out.

    Raises:
        UnreadableFileError: as `imagenet_weights`.
        UsageError: likewise.
    """
    features = imagenet_weights(network.variant, path)
    features[_STEM] = stem_for_slices(features[_STEM], INPUT_SLICES)
    for of_region in network.backbones:
        load_tensors(of_region, features)


def imagenet_weights(variant: str, path: str | Path) -> dict[str, Tensor]:
    """Return the tensors that a checkpoint gives the `features` of a MobileNetV3.

    Args:
        path: the official .pth file, or the same tensors as .safetensors.

    Raises:
        UnreadableFileError: the file is missing or holds no plain tensors.
        UsageError: its tensors are not those of the variant.
    """
    state = _read_checkpoint(Path(path))
    features = {
        name: tensor
        for name, tensor in state.items()
        if not name.startswith("classifier.") and not name.endswith(BATCHES)
    }
    expected = backbone(variant, IMAGENET_CHANNELS).tensors
    if {name: tuple(tensor.shape) for name, tensor in features.items()} != expected:
        raise UsageError(
            f"The checkpoint {path} does not hold the weights of a MobileNetV3-{variant}.",
            f"Give torchvision's mobilenet_v3_{variant} ImageNet file, "
            "or choose the variant it is of.",
        )
    return features


def stem_for_slices(kernel: Tensor, slices: int) -> Tensor:
    """Turn a stem kernel (out, 3, y, x) into (out, slices, y, x) that answers grey input alike."""
    colours = kernel.shape[1]
    mean = kernel.mean(dim=1, keepdim=True)
    return mean.repeat(1, slices, 1, 1) * (colours / slices)


def _read_checkpoint(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            state = load(path.read_bytes())
        else:
            # weights_only: a checkpoint is a pickle, and nothing but tensors may come out of it.
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # PyTorch's reader fails on a damaged file in a dozen ways, from IndexError to Unicode.
        raise UnreadableFileError(
            f"The checkpoint {path} cannot be read as network weights.",
            "Give torchvision's MobileNetV3 ImageNet file (.pth) or its tensors (.safetensors).",
        ) from error
    if not isinstance(state, dict) or not all(isinstance(t, Tensor) for t in state.values()):
        raise UnreadableFileError(
            f"The checkpoint {path} holds something else than named tensors.",
            "Give a state dict, as torchvision's MobileNetV3 ImageNet files are.",
        )
    return state
