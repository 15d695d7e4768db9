"""The multi-input MobileNetV3: inputs, training, inference, where it looks."""

__all__ = [  # the modules that other packages may import
    "cross_fitting", "device", "forward", "grad_cam", "imagenet", "inference", "inputs",
    "records", "training", "weights",
]  # fmt: skip
