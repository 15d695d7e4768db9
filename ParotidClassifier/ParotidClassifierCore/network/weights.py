"""Network weights: safetensors in a bundle."""

import json
import reprlib
from typing import Any

import numpy as np

from ..base.errors import BundleError
from ..base.safetensors_header import METADATA, NETWORK, check_safetensors, data_of
from ..base.strict_json import MalformedError, parsed
from ..protocol import Protocol
from .architecture import NEW_WEIGHTS, VARIANTS, WEIGHTS, network_tensors, require_tensors
from .forward import Network
from .inference import require_finite
from .inputs import INPUT_SLICES, MID_GREY, REGION_SHAPE

WEIGHTS_VERSION = 1
_FACTS = "facts"
_VARIANCES = "running_var"
_STORED_TYPES = {np.dtype("<f2"): "F16", np.dtype("<f4"): "F32"}


def storage_type(axes: int) -> np.dtype:
    """Return as what a tensor of so many axes is stored.

    Kernels in half precision; vectors, whose range a half cannot hold, in single.
    """
    return np.dtype("<f2" if axes > 1 else "<f4")


def stored_network(network: Network) -> bytes:
    """Return the network as safetensors, kernels in half precision.

    A network that was trained here is rounded already: what is read back predicts the same.
    """
    from safetensors.numpy import save

    tensors = {
        name: np.ascontiguousarray(tensor, storage_type(tensor.ndim))
        for name, tensor in network.tensors.items()
    }
    facts = {"version": WEIGHTS_VERSION, "variant": network.variant, "slices": INPUT_SLICES}
    # One entry alone: safetensors writes several in an order that differs from run to run.
    return save(tensors, {_FACTS: json.dumps(facts)})


def load_network(content: bytes, protocol: Protocol) -> Network:
    """Return the network that `stored_network` gave, ready to predict.

    Names, shapes and types are checked against the network's before any tensor is read.

    Raises:
        BundleError: the content is not safetensors, of another version, its tensors are not
            exactly those of the network, all finite, or what it computes is not.
    """
    try:
        header = check_safetensors(content)
    except MalformedError as error:
        raise BundleError(
            f"{WEIGHTS} are no complete safetensors: {error}.", NEW_WEIGHTS
        ) from error
    variant = _checked_variant(_facts(header.pop(METADATA, None)))
    _check_layout(header, protocol, variant)
    return usable(Network(protocol, variant, _tensors(content, header)))


def usable(network: Network) -> Network:
    """Return a network whose numbers stay finite whatever it is shown.

    Raises:
        BundleError: its tensors, or what it computes, are not finite.
    """
    for name, tensor in sorted(network.tensors.items()):
        if not np.isfinite(tensor).all():
            raise BundleError(f"{WEIGHTS} hold values that are not finite, in {name}.", NEW_WEIGHTS)
        if name.endswith(_VARIANCES) and tensor.min() < 0:
            raise BundleError(f"{WEIGHTS} hold a negative variance, in {name}.", NEW_WEIGHTS)
    for case in _extreme_inputs(len(network.regions)):
        require_finite(network.read(case).numbers)
    return network


def _tensors(content: bytes, header: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return the tensors that a checked header tells of, as they lie in the content."""
    data = data_of(content)
    found = {}
    for name, fields in header.items():
        start, stop = fields["data_offsets"]
        kind = storage_type(len(fields["shape"]))
        found[name] = np.frombuffer(data[start:stop], kind).reshape(fields["shape"])
    return found


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
            f"{WEIGHTS} are of version {reprlib.repr(version)} for "
            f"{reprlib.repr(slices)} slices; this program reads version "
            f"{WEIGHTS_VERSION} for {INPUT_SLICES} slices.",
            "Use a bundle made by this version of ParotidClassifier, or update it.",
        )
    if not isinstance(variant, str) or variant not in VARIANTS:
        raise BundleError(
            f"{WEIGHTS} are of a variant {reprlib.repr(variant)}, "
            f"which is none of {', '.join(VARIANTS)}.",
            NEW_WEIGHTS,
        )
    return variant


def _check_layout(header: dict[str, Any], protocol: Protocol, variant: str) -> None:
    require_tensors(header, protocol, variant)
    for name, shape in network_tensors(protocol, variant).items():
        found = header[name]["dtype"], tuple(header[name]["shape"])
        stored = _STORED_TYPES[storage_type(len(shape))], shape
        if found != stored:
            raise BundleError(
                f"In the network weights {NETWORK} the tensor {name} is {found[0]} {found[1]}; "
                f"{stored[0]} {stored[1]} is expected.",
                NEW_WEIGHTS,
            )
