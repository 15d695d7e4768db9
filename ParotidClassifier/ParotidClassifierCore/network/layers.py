"""The network's layers in NumPy: what they make of maps, and how slopes pass back through them.

Maps are float64 (row, column, channel) of one case, side by side in memory in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .architecture import BATCH_NORM_EPS, Activation, Block, Convolution, Squeeze

Tensors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Mixing:
    """A convolution across channels.

    Attributes:
        kernel: (row, column, input, output).
    """

    kernel: np.ndarray
    bias: np.ndarray
    stride: int

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """Return the convolved maps."""
        windows = _windows(maps, len(self.kernel), self.stride)
        rows, columns = windows.shape[:2]
        # One matrix product.
        convolved = windows.reshape(rows * columns, -1) @ self._matrix + self.bias
        return convolved.reshape(rows, columns, -1)

    def pulled(self, maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return the slopes of a number at the maps, of its slopes at what is made of them."""
        rows, columns, outputs = slopes.shape
        of_windows = slopes.reshape(-1, outputs) @ self._matrix.T
        of_windows = of_windows.reshape(rows, columns, *self.kernel.shape[:3])
        return _summed(of_windows, maps.shape, self.stride)

    @property
    def _matrix(self) -> np.ndarray:
        return self.kernel.reshape(-1, self.kernel.shape[-1])


@dataclass(frozen=True)
class PerChannel:
    """A convolution of each channel with a kernel of its own.

    Attributes:
        kernel: (row, column, channel).
    """

    kernel: np.ndarray
    bias: np.ndarray
    stride: int

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """Return the convolved maps."""
        windows = _windows(maps, len(self.kernel), self.stride)
        return np.einsum("yxijc,ijc->yxc", windows, self.kernel) + self.bias

    def pulled(self, maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return the slopes at the maps."""
        return _summed(slopes[:, :, None, None] * self.kernel, maps.shape, self.stride)


class Relu:
    """What is positive."""

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """Return the maps, 0 where they are negative."""
        return np.maximum(maps, 0.0)

    def pulled(self, maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return the slopes at the maps."""
        return slopes * (maps > 0)


class HardSwish:
    """x · min(max(x + 3, 0), 6) / 6; Howard et al. 2019, section 5.2."""

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """Return the maps, bent."""
        return maps * _hard_sigmoid(maps)

    def pulled(self, maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return the slopes at the maps."""
        bend = np.where(maps < 3, maps / 3 + 0.5, 1.0)
        return slopes * np.where(maps > -3, bend, 0.0)


@dataclass(frozen=True)
class SqueezeExcitation:
    """Channel weights from the global mean of the maps.

    Attributes:
        squeeze: (channel, squeezed channel).
        excite: (squeezed channel, channel).
    """

    squeeze: np.ndarray
    squeeze_bias: np.ndarray
    excite: np.ndarray
    excite_bias: np.ndarray

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """Return the maps, each channel weighted."""
        return maps * _hard_sigmoid(self._between(maps)[1])

    def pulled(self, maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return the slopes at the maps."""
        squeezed, excited = self._between(maps)
        of_excited = np.where(np.abs(excited) < 3, (slopes * maps).sum((0, 1)) / 6, 0.0)
        of_squeezed = (self.excite @ of_excited) * (squeezed > 0)
        of_mean = self.squeeze @ of_squeezed
        return slopes * _hard_sigmoid(excited) + of_mean / (maps.shape[0] * maps.shape[1])

    def _between(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        squeezed = maps.mean((0, 1)) @ self.squeeze + self.squeeze_bias
        return squeezed, np.maximum(squeezed, 0.0) @ self.excite + self.excite_bias


@dataclass(frozen=True)
class Chain:
    """Layers one after the other.

    Attributes:
        adds_input: the maps that enter are added to those that leave.
    """

    layers: Sequence[Layer]
    adds_input: bool = False

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """Return what the last layer makes."""
        made = self.passed(maps)[-1]
        return maps + made if self.adds_input else made

    def passed(self, maps: np.ndarray) -> list[np.ndarray]:
        """Return the maps that enter each layer, and those that leave the last."""
        passed = [maps]
        for layer in self.layers:
            passed.append(layer(passed[-1]))
        return passed

    def pulled(self, maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return the slopes at the maps."""
        entered, back = self.passed(maps)[:-1], slopes
        for layer, entering in zip(reversed(self.layers), reversed(entered), strict=True):
            back = layer.pulled(entering, back)
        return back + slopes if self.adds_input else back


# What makes maps of maps, and slopes at them of the slopes at what it makes.
Layer = Mixing | PerChannel | Relu | HardSwish | SqueezeExcitation | Chain


def layer_of(shape: Convolution | Squeeze | Block, tensors: Tensors, name: str) -> Layer:
    """Return the layer of this shape whose tensors have names that begin with `name`."""
    if isinstance(shape, Block):
        return Chain(
            [layer_of(s, tensors, f"{name}.block.{i}") for i, s in enumerate(shape.steps)],
            shape.adds_input,
        )
    if isinstance(shape, Squeeze):
        return SqueezeExcitation(*_mixed(tensors, f"{name}.fc1"), *_mixed(tensors, f"{name}.fc2"))
    return _convolution(shape, tensors, name)


_ACTIVATIONS = {
    Activation.NONE: (),
    Activation.RELU: (Relu(),),
    Activation.HARD_SWISH: (HardSwish(),),
}


def _convolution(shape: Convolution, tensors: Tensors, name: str) -> Chain:
    """Return the convolution with its batch norm folded into it, and the activation."""
    scale, bias = batch_norm(tensors, f"{name}.1", BATCH_NORM_EPS)
    kernel = _double(tensors[f"{name}.0.weight"]) * scale[:, None, None, None]
    if shape.per_channel:
        layer = PerChannel(_side_by_side(kernel[:, 0].transpose(1, 2, 0)), bias, shape.stride)
    else:
        layer = Mixing(_side_by_side(kernel.transpose(2, 3, 1, 0)), bias, shape.stride)
    return Chain((layer, *_ACTIVATIONS[shape.activation]))


def _mixed(tensors: Tensors, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return matrix (input, output) and bias of a convolution of single places."""
    return _double(tensors[f"{name}.weight"])[:, :, 0, 0].T, _double(tensors[f"{name}.bias"])


def batch_norm(tensors: Tensors, name: str, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return by what batch norm multiplies each channel, and what it adds then."""
    weight, bias, mean, variance = (
        _double(tensors[f"{name}.{part}"])
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = weight / np.sqrt(variance + eps)
    return scale, bias - mean * scale


def _windows(maps: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Return what a kernel sees at each place: (row, column, kernel row, column, channel)."""
    margin = size // 2
    if not margin:
        return maps[::stride, ::stride, None, None]
    padded = np.zeros((maps.shape[0] + 2 * margin, maps.shape[1] + 2 * margin, maps.shape[2]))
    padded[margin:-margin, margin:-margin] = maps
    windows = sliding_window_view(padded, (size, size), axis=(0, 1))
    return windows[::stride, ::stride].transpose(0, 1, 3, 4, 2)


def _summed(slopes: np.ndarray, shape: tuple[int, ...], stride: int) -> np.ndarray:
    """Return the slopes at maps of this shape, of those at the windows of a kernel on them."""
    rows, columns, size = slopes.shape[:3]
    margin = size // 2
    height, width, channels = shape
    padded = np.zeros((height + 2 * margin, width + 2 * margin, channels))
    for i, j in np.ndindex(size, size):
        padded[i::stride, j::stride][:rows, :columns] += slopes[:, :, i, j]
    return padded[margin : margin + height, margin : margin + width]


def _hard_sigmoid(values: np.ndarray) -> np.ndarray:
    return np.minimum(np.maximum(values + 3.0, 0.0), 6.0) / 6.0


def _double(tensor: np.ndarray) -> np.ndarray:
    return tensor.astype(np.float64)


def _side_by_side(kernel: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(kernel)
