"""The multi-input MobileNetV3: inputs, network, weights, training."""
