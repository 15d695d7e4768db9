"""NumPy's arrays as PyTorch's tensors and back, without the bridge between the two.

PyTorch for Intel Macs ends at 2.2, which was built for NumPy 1: `torch.from_numpy` and
`Tensor.numpy` refuse beside NumPy 2. Both libraries know plain memory.
"""

import numpy as np
import torch


def tensor_of(array: np.ndarray) -> torch.Tensor:
    """Return the array as a tensor on the CPU, of the same memory where that may be written to."""
    # What is mapped from a file may not be written to, which PyTorch cannot know.
    writable = np.require(array, requirements=("C_CONTIGUOUS", "WRITEABLE"))
    kind = getattr(torch, writable.dtype.name)
    if not writable.size:  # PyTorch takes no empty memory
        return torch.empty(writable.shape, dtype=kind)
    return torch.frombuffer(writable, dtype=kind).reshape(writable.shape)


def array_of(tensor: torch.Tensor) -> np.ndarray:
    """Return a copy of the tensor, wherever it is, as an array."""
    array = np.empty(tensor.shape, str(tensor.dtype).removeprefix("torch."))
    if array.size:
        tensor_of(array).copy_(tensor.detach())
    return array
