"""What the network says of new cases."""

import numpy as np
import torch

from ..base.errors import BundleError
from .arrays import array_of, tensor_of
from .device import CPU, choose_device, reproducible
from .mobilenet import MultiInputNetwork, NetworkReading
from .records import NetworkValues


def predict_values(
    network: MultiInputNetwork, inputs: np.ndarray, device: str = CPU
) -> NetworkValues:
    """Return logits and deep features of the cases.

    Cases pass one by one: the libraries sum in another order for another batch size, and a case's
    values must not depend on its company. CPU and GPU agree to 1e-4.

    Args:
        network: set to evaluation and moved to the device.
        inputs: float32 (n, regions, 16, 96, 96), see `network_input`.

    Raises:
        BundleError: the network's numbers overflow.
        DeviceUnavailableError: "cuda" on a machine without a GPU.
    """
    place = choose_device(device)
    network.eval().to(place)
    logits = np.empty((len(inputs), len(network.head_regions)))
    vectors: dict[str, list[np.ndarray]] = {head: [] for head in network.head_regions}
    with reproducible(), torch.inference_mode():
        for row, case in enumerate(inputs):
            reading = require_finite(network.read(tensor_of(case)[None].to(place)))
            logits[row] = array_of(reading.logits)[0]
            for head, vector in reading.vectors.items():
                vectors[head].append(array_of(vector.double())[0])
    return NetworkValues(
        logits, {h: np.array(v).reshape(len(inputs), -1) for h, v in vectors.items()}
    )


def require_finite(reading: NetworkReading) -> NetworkReading:
    """Return what a network computed; raise BundleError where its numbers overflowed."""
    if not all(numbers.isfinite().all() for numbers in (reading.logits, *reading.vectors.values())):
        raise BundleError(
            "The weights of the network are damaged: what it computes of a case is not finite.",
            "Get the bundle again from where it came from, or train it again.",
        )
    return reading
