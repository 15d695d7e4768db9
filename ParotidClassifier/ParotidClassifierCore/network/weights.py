"""Network weights: safetensors in a bundle, torchvision checkpoints for training.

Files are read and never mapped: Windows lets nobody replace a file that is mapped.
"""

import json
import reprlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ..base.errors import BundleError, UnreadableFileError, UsageError
from ..base.safetensors_header import METADATA, NETWORK, check_safetensors
from ..base.strict_json import MalformedError, parsed
from ..protocol import Protocol
from .arrays import tensor_of
from .inference import require_finite
from .inputs import INPUT_SLICES, MID_GREY, REGION_SHAPE
from .mobilenet import VARIANTS, MobileNetV3, MultiInputNetwork

WEIGHTS_VERSION = 1
IMAGENET_CHANNELS = 3
_FACTS = "facts"
_COUNTER = "num_batches_tracked"
_VARIANCES = "running_var"
_STEM = "features.0.0.weight"
_STORED_TYPES = {torch.float16: "F16", torch.float32: "F32"}
_WEIGHTS = f"The network weights {NETWORK}"
_REPLACE = "Get the bundle again from where it came from, or train it again."


def _storage_type(tensor: Tensor) -> torch.dtype:
    """Kernels in half precision; vectors, whose range a half cannot hold, in single."""
    return torch.float16 if tensor.ndim > 1 else torch.float32


def round_to_storage(network: torch.nn.Module) -> None:
    """Round the network's weights, in place, to what `stored_network` keeps."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.to(_storage_type(parameter)))


def stored_network(network: MultiInputNetwork) -> bytes:
    """Return the network as safetensors, kernels in half precision.

    A network that was trained here is rounded already: what is read back predicts the same.
    """
    tensors = {
        name: tensor.detach().cpu().to(_storage_type(tensor)).contiguous()
        for name, tensor in _stored(network.state_dict()).items()
    }
    facts = {"version": WEIGHTS_VERSION, "variant": network.variant, "slices": INPUT_SLICES}
    # One entry alone: safetensors writes several in an order that differs from run to run.
    return save(tensors, {_FACTS: json.dumps(facts)})


def load_network(content: bytes, protocol: Protocol) -> MultiInputNetwork:
    """Return the network that `stored_network` gave, ready to predict (evaluation mode, CPU).

    Names, shapes and types are checked against the network's before any tensor is read.

    Raises:
        BundleError: the content is not safetensors, of another version, its tensors are not
            exactly those of the network, all finite, or what it computes is not.
    """
    try:
        header = check_safetensors(content)
        variant = _checked_variant(_facts(header.pop(METADATA, None)))
        _check_layout(header, protocol, variant)
        tensors = load(content)
    except (SafetensorError, MalformedError) as error:
        raise BundleError(f"{_WEIGHTS} are no complete safetensors: {error}.", _REPLACE) from error
    for name, tensor in sorted(tensors.items()):
        if not tensor.isfinite().all():
            raise BundleError(f"{_WEIGHTS} hold values that are not finite, in {name}.", _REPLACE)
        if name.endswith(_VARIANCES) and tensor.min() < 0:
            raise BundleError(f"{_WEIGHTS} hold a negative variance, in {name}.", _REPLACE)
    network = MultiInputNetwork(protocol, variant)
    network.load_state_dict(
        {name: tensor.float() for name, tensor in tensors.items()}, strict=False
    )
    network.eval()
    with torch.inference_mode():
        require_finite(network.read(tensor_of(_extreme_inputs(len(network.regions)))))
    return network


def _extreme_inputs(regions: int) -> np.ndarray:
    """Nothing, the darkest, the brightest, both side by side: float32 (4, regions, 16, 96, 96)."""
    shape = (regions, *REGION_SHAPE)
    sides = np.indices(shape).sum(axis=0) % 2
    return MID_GREY * np.stack(
        [np.zeros(shape), np.full(shape, -1.0), np.ones(shape), 2.0 * sides - 1]
    ).astype(np.float32)


def _facts(metadata: object) -> dict[str, object]:
    """Return what the weights say of their network; nothing where that cannot be read."""
    try:
        return parsed(str(metadata[_FACTS]).encode())
    except (MalformedError, KeyError, TypeError):
        return {}


def _checked_variant(facts: dict[str, object]) -> str:
    version, variant, slices = (facts.get(name) for name in ("version", "variant", "slices"))
    if version != WEIGHTS_VERSION or slices != INPUT_SLICES:
        raise BundleError(
            f"{_WEIGHTS} are of version {reprlib.repr(version)} for "
            f"{reprlib.repr(slices)} slices; this program reads version "
            f"{WEIGHTS_VERSION} for {INPUT_SLICES} slices.",
            "Use a bundle made by this version of ParotidClassifier, or update it.",
        )
    if not isinstance(variant, str) or variant not in VARIANTS:
        raise BundleError(
            f"{_WEIGHTS} are of a variant {reprlib.repr(variant)}, "
            f"which is none of {', '.join(VARIANTS)}.",
            _REPLACE,
        )
    return variant


def _check_layout(header: dict[str, Any], protocol: Protocol, variant: str) -> None:
    with torch.device("meta"):
        expected = _stored(MultiInputNetwork(protocol, variant).state_dict())
    for problem, wrong in (
        ("lack the tensor", sorted(set(expected) - set(header))),
        ("hold an unknown tensor", sorted(set(header) - set(expected))),
    ):
        if wrong:
            raise BundleError(f"{_WEIGHTS} {problem} {wrong[0]} ({len(wrong)} in all).", _REPLACE)
    for name, tensor in expected.items():
        shape, stored_type = tuple(header[name]["shape"]), header[name]["dtype"]
        if shape != tuple(tensor.shape) or stored_type != _STORED_TYPES[_storage_type(tensor)]:
            raise BundleError(
                f"In the network weights {NETWORK} the tensor {name} is {stored_type} {shape}; "
                f"{_STORED_TYPES[_storage_type(tensor)]} {tuple(tensor.shape)} is expected.",
                _REPLACE,
            )


def _stored(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in state.items() if not name.endswith(_COUNTER)}


def load_imagenet_weights(network: MultiInputNetwork, path: str | Path) -> None:
    """Start every region's network from a torchvision MobileNetV3 checkpoint, in place.

    The 3-colour stem is averaged over the colours and repeated over the slices, times 3/16: slices
    that are all alike give what a grey picture gives the original. The classifier is left out.

    Args:
        path: the official .pth file, or the same tensors as .safetensors.

    Raises:
        UnreadableFileError: the file is missing or holds no plain tensors.
        UsageError: its tensors are not those of the network's MobileNetV3 variant.
    """
    state = _read_checkpoint(Path(path))
    features = {
        name: tensor
        for name, tensor in _stored(state).items()
        if not name.startswith("classifier.")
    }
    with torch.device("meta"):
        expected = _stored(MobileNetV3(network.variant, IMAGENET_CHANNELS).state_dict())
    shapes = {name: tensor.shape for name, tensor in features.items()}
    if shapes != {name: tensor.shape for name, tensor in expected.items()}:
        raise UsageError(
            f"The checkpoint {path} does not hold the weights of a MobileNetV3-{network.variant}.",
            f"Give torchvision's mobilenet_v3_{network.variant} ImageNet file, "
            "or choose the variant it is of.",
        )
    features[_STEM] = stem_for_slices(features[_STEM], INPUT_SLICES)
    for backbone in network.backbones:
        backbone.load_state_dict(features, strict=False)


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
