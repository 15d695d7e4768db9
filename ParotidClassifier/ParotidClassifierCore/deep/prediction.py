"""Logits of new cases."""

from __future__ import annotations

import numpy as np
import torch

from ..models.names import DL_MODELS
from .device import CPU, choose_device, reproducible
from .network import MultiInputNetwork


def predict_logits(network: MultiInputNetwork, inputs: np.ndarray, device: str = CPU) -> np.ndarray:
    """Return the log-odds of malignancy, float64 (n, 3) in the order of DL_MODELS.

    Cases pass one by one: the libraries sum in another order for another batch size, and a case's
    logits must not depend on its company. CPU and GPU agree to 1e-4.

    Args:
        network: set to evaluation and moved to the device.
        inputs: float32 (n, 2, 16, 96, 96), see `network_input`.
        device: "cpu", "cuda" or "auto".

    Raises:
        DeviceUnavailableError: "cuda" on a machine without a GPU.
    """
    place = choose_device(device)
    network.eval().to(place)
    logits = np.empty((len(inputs), len(DL_MODELS)))
    with reproducible(), torch.inference_mode():
        for row, case in enumerate(inputs):
            case_on_device = torch.from_numpy(np.ascontiguousarray(case)).to(place)
            logits[row] = network(case_on_device[None]).cpu().numpy()[0]
    return logits
