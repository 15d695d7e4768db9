"""The multi-input MobileNetV3: inputs, training, inference, where it looks.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "cross_fitting",
    "device",
    "grad_cam",
    "inference",
    "inputs",
    "mobilenet",
    "records",
    "training",
    "weights",
]
