"""Where the network computes, and how it computes the same result twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..base.errors import DeviceUnavailableError, UsageError

if TYPE_CHECKING:
    import torch

CPU = "cpu"
CUDA = "cuda"
AUTO = "auto"
DEVICES = (CPU, CUDA, AUTO)


def choose_device(name: str = CPU) -> torch.device:
    """Return the device for "cpu", "cuda" or "auto" (the GPU when there is one).

    Raises:
        UsageError: `name` is none of the three.
        DeviceUnavailableError: "cuda" was asked for and PyTorch finds no GPU.
    """
    import torch

    if name not in DEVICES:
        raise UsageError(f"{name!r} is not a device.", f"Use one of {', '.join(DEVICES)}.")
    has_gpu = torch.cuda.is_available()
    if name == CUDA and not has_gpu:
        raise DeviceUnavailableError(
            "The device 'cuda' was asked for, but PyTorch finds no GPU on this machine.",
            "Use 'cpu' or 'auto', or install a PyTorch with CUDA support and the GPU's driver.",
        )
    return torch.device(CUDA if has_gpu and name != CPU else CPU)


@contextmanager
def reproducible(threads: int | None = None) -> Iterator[None]:
    """Within it, PyTorch gives the same bits for the same work on the same machine.

    On a GPU, reduced precision (TF32) is off: CPU and GPU agree to 1e-4. The order of summation,
    hence the last bits, depends on the number of threads: name it where bits must agree.
    """
    import torch

    # cuBLAS reads this when it starts; without it, PyTorch refuses deterministic matrix products.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    strict = torch.get_deterministic_debug_mode()
    before = (cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32, torch.get_num_threads())
    # use_deterministic_algorithms would import PyTorch's compiler, which takes seconds.
    torch.set_deterministic_debug_mode("error")
    cudnn.benchmark = cudnn.allow_tf32 = matmul.allow_tf32 = False
    torch.set_num_threads(threads or before[-1])
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode(strict)
        cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32 = before[:-1]
        torch.set_num_threads(before[-1])
