"""What the network computes of a case, by PyTorch: on a GPU.

In double precision, as in NumPy: the device changes the last digits alone.
"""

from functools import lru_cache

import numpy as np
import torch

from .arrays import array_of, tensor_of
from .device import reproducible
from .forward import Network, Reading
from .mobilenet import MultiInputNetwork, load_tensors


def read_by_torch(network: Network, case: np.ndarray, device: str) -> Reading:
    """Return what `network.read` does, computed on a device."""
    module = module_of(network, device)
    with reproducible(), torch.inference_mode():
        found = module.read(tensor_of(case)[None].double().to(device))
        return Reading(
            array_of(found.logits)[0],
            {head: array_of(vector)[0] for head, vector in found.vectors.items()},
            {
                head: [array_of(scale[0].permute(1, 2, 0)) for scale in scales]
                for head, scales in found.maps.items()
            },
        )


@lru_cache(maxsize=2)  # many cases are asked about one by one
def module_of(network: Network, device: str) -> MultiInputNetwork:
    """Return the network as a module in double precision, set to evaluation."""
    with torch.device("meta"):  # no weights are drawn that are replaced then
        module = MultiInputNetwork(network.protocol, network.variant)
    module = module.to_empty(device=device).double()
    load_tensors(module, {name: tensor_of(tensor) for name, tensor in network.tensors.items()})
    return module.eval()
