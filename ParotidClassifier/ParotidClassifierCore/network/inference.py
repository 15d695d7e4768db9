"""What the network says of new cases."""

from collections.abc import Callable, Iterable

import numpy as np

from ..base.errors import BundleError
from ..base.one_core import on_one_core
from .architecture import NEW_WEIGHTS
from .device import CPU, choose_device
from .forward import Network, Reading
from .records import NetworkValues

# Networks are trained in single precision: numbers beyond it are of no training.
_LARGEST = np.finfo(np.float32).max


def predict_values(network: Network, inputs: np.ndarray, device: str = CPU) -> NetworkValues:
    """Return logits and deep features of the cases.

    Cases pass one by one: the libraries sum in another order for another batch size, and a case's
    values must not depend on its company. CPU and GPU agree to 1e-9.

    Args:
        inputs: float32 (n, regions, 16, 96, 96), see `network_input`.

    Raises:
        BundleError: the network's numbers overflow.
        DeviceUnavailableError: "cuda" on a machine without a GPU.
    """
    read = _reader(network, choose_device(device))
    logits = np.empty((len(inputs), len(network.head_regions)))
    vectors: dict[str, list[np.ndarray]] = {head: [] for head in network.head_regions}
    with on_one_core():
        for row, case in enumerate(inputs):
            reading = read(case)
            require_finite(reading.numbers)
            logits[row] = reading.logits
            for head, vector in reading.vectors.items():
                vectors[head].append(vector)
    return NetworkValues(
        logits, {h: np.array(v).reshape(len(inputs), -1) for h, v in vectors.items()}
    )


def _reader(network: Network, device: str) -> Callable[[np.ndarray], Reading]:
    if device == CPU:
        return network.read
    from .by_torch import read_by_torch

    return lambda case: read_by_torch(network, case, device)


def require_finite(numbers: Iterable[np.ndarray]) -> None:
    """Raise BundleError where what a network computed overflowed."""
    if not all(np.abs(of_some).max() <= _LARGEST for of_some in numbers):
        raise BundleError(
            "The weights of the network are damaged: what it computes of a case is not finite.",
            NEW_WEIGHTS,
        )
