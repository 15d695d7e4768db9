"""First-order statistics: of the values in a region, and of their histogram.

With x the values of the n voxels, m their mean, μₖ = Σ (x - m)ᵏ / n and p the shares of the bins
that occur. IBSI: intensity-based statistics (UHIW); entropy and uniformity are those of the
intensity histogram (ZVCW). Each feature's own code: `radiomics.ibsi`.
"""

from functools import cached_property

import numpy as np

from .features import Features, entropy
from .levels import GreyLevels

FIRSTORDER = Features()


class Intensities:
    """The values of a region.

    Args:
        values: (n,); what is not a number counts in the histogram only, as in PyRadiomics.
        levels: the same in bins.
    """

    def __init__(self, values: np.ndarray, levels: GreyLevels):
        values = values.astype(np.float64)
        missing = np.isnan(values)
        self.x = values[~missing] if missing.any() else values
        self.p = levels.counts / levels.counts.sum()
        self.voxel_volume = float(np.prod(levels.geometry.spacing))

    @cached_property
    def from_mean(self) -> np.ndarray:
        """Distances (n,) of the values from their mean."""
        return self.x - self.x.mean()

    @cached_property
    def squared(self) -> np.ndarray:
        """Squares of the distances (n,) from the mean."""
        return self.from_mean**2

    @cached_property
    def percentiles(self) -> dict[int, float]:
        """The percentiles that features are made of."""
        wanted = (10, 25, 75, 90)
        return dict(zip(wanted, np.percentile(self.x, wanted), strict=True))


@FIRSTORDER.named("Energy")
def energy(v: Intensities) -> float:
    """Σ x²."""
    return (v.x**2).sum()


@FIRSTORDER.named("TotalEnergy")
def total_energy(v: Intensities) -> float:
    """Volume of a voxel in mm³ · Σ x²."""
    return v.voxel_volume * energy(v)


@FIRSTORDER.named("Entropy")
def histogram_entropy(v: Intensities) -> float:
    """-Σ p log2(p + ε)."""
    return entropy(v.p, 0)


@FIRSTORDER.named("Uniformity")
def uniformity(v: Intensities) -> float:
    """Σ p²."""
    return (v.p**2).sum()


@FIRSTORDER.named("Minimum")
def minimum(v: Intensities) -> float:
    """The smallest x."""
    return v.x.min()


@FIRSTORDER.named("Maximum")
def maximum(v: Intensities) -> float:
    """The largest x."""
    return v.x.max()


@FIRSTORDER.named("Range")
def extent(v: Intensities) -> float:
    """The largest x less the smallest."""
    return v.x.max() - v.x.min()


@FIRSTORDER.named("10Percentile")
def percentile_10(v: Intensities) -> float:
    """The 10th percentile of x, interpolated linearly."""
    return v.percentiles[10]


@FIRSTORDER.named("90Percentile")
def percentile_90(v: Intensities) -> float:
    """The 90th percentile of x, interpolated linearly."""
    return v.percentiles[90]


@FIRSTORDER.named("InterquartileRange")
def interquartile_range(v: Intensities) -> float:
    """The 75th percentile of x less the 25th."""
    return v.percentiles[75] - v.percentiles[25]


@FIRSTORDER.named("Mean")
def mean(v: Intensities) -> float:
    """m = Σ x / n."""
    return v.x.mean()


@FIRSTORDER.named("Median")
def median(v: Intensities) -> float:
    """The median of x."""
    return np.median(v.x)


@FIRSTORDER.named("MeanAbsoluteDeviation")
def mean_absolute_deviation(v: Intensities) -> float:
    """Σ |x - m| / n."""
    return np.abs(v.from_mean).mean()


@FIRSTORDER.named("RobustMeanAbsoluteDeviation")
def robust_mean_absolute_deviation(v: Intensities) -> float:
    """The same of the x from the 10th to the 90th percentile, and their mean."""
    low, high = v.percentiles[10], v.percentiles[90]
    inner = v.x[(v.x >= low) & (v.x <= high)]
    return np.abs(inner - inner.mean()).mean() if inner.size else float("nan")


@FIRSTORDER.named("RootMeanSquared")
def root_mean_squared(v: Intensities) -> float:
    """√(Σ x² / n)."""
    return np.sqrt(energy(v) / v.x.size)


@FIRSTORDER.named("Variance")
def variance(v: Intensities) -> float:
    """μ₂."""
    return v.squared.mean()


@FIRSTORDER.named("Skewness")
def skewness(v: Intensities) -> float:
    """μ₃ / μ₂^1.5; 0 where all x are equal."""
    spread = v.squared.mean()
    return (v.squared * v.from_mean).mean() / (spread**1.5 if spread else 1.0)


@FIRSTORDER.named("Kurtosis")
def kurtosis(v: Intensities) -> float:
    """μ₄ / μ₂²; 0 where all x are equal. IBSI's, excess kurtosis, is 3 less."""
    spread = v.squared.mean()
    return (v.squared**2).mean() / (spread**2 if spread else 1.0)
