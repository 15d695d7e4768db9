"""Where the network computes, and how it computes the same result twice.

The CPU needs no PyTorch to predict; a GPU does, and so does training anywhere.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..base.errors import DeviceUnavailableError, UsageError
from ..base.extras import NOT_THERE

CPU = "cpu"
CUDA = "cuda"
AUTO = "auto"
DEVICES = (CPU, CUDA, AUTO)


def known_device(name: object) -> str:
    """Return the name of a device if it is one of DEVICES.

    Raises:
        UsageError: it is not.
    """
    if name not in DEVICES:
        raise UsageError(f"{name!r} is not a device.", f"Use one of {', '.join(DEVICES)}.")
    return name


def choose_device(name: str = CPU) -> str:
    """Return CPU or CUDA for "cpu", "cuda" or "auto" (the GPU when there is one).

    Raises:
        UsageError: `name` is none of the three.
        DeviceUnavailableError: "cuda" was asked for and PyTorch finds no GPU, or is not installed.
    """
    if known_device(name) == CPU:
        return CPU
    try:
        import torch
    except NOT_THERE as error:
        missing = f"PyTorch cannot be imported ({error})"
    else:
        if torch.cuda.is_available():
            return CUDA
        missing = "PyTorch finds no GPU on this machine"
    if name == CUDA:
        raise DeviceUnavailableError(
            f"The device 'cuda' was asked for, but {missing}.",
            "Use 'cpu' or 'auto', or install a PyTorch with CUDA support and the GPU's driver.",
        )
    return CPU


@contextmanager
def reproducible(threads: int | None = None) -> Iterator[None]:
    """Within it, PyTorch gives the same bits for the same work on the same machine.

    On a GPU, reduced precision (TF32) is off. The order of summation, hence the last bits, depends
    on the number of threads: name it where bits must agree.
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
