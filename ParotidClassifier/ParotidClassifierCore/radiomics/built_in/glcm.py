"""Grey-level co-occurrence: of neighbours at distance 1 in 13 directions (IBSI: LFYI).

With p(i, j) the share of the pairs of neighbours with the levels i and j, each pair counted both
ways, m and σ² the mean and the variance of i under p, pᵢ = Σⱼ p(i, j), p₊(k) the share of pairs
with i + j = k, p₋(k) that of pairs with |i - j| = k, and G the highest level. The value is the mean
of those of the directions that have pairs. Each feature's own code: `radiomics.ibsi`.
"""

from functools import cached_property

import numpy as np

from .features import EPSILON, Features, entropy, mean_of
from .levels import GreyLevels

GLCM = Features()


class CoOccurrence:
    """p by direction, of the levels that occur, and the sums that features share.

    Attributes:
        p: (directions with pairs, levels, levels), symmetric.
        i: the levels.
        highest: G.
    """

    def __init__(self, levels: GreyLevels):
        lines, along, n = levels.geometry.lines, levels.along_lines, levels.number
        pair = (lines.direction_of_pair * n + along[lines.pairs]) * n + along[lines.pairs + 1]
        counts = np.bincount(pair, minlength=lines.directions * n * n)
        counts = counts.reshape(lines.directions, n, n)
        counts = counts[counts.any((1, 2))]
        both = counts + counts.transpose(0, 2, 1)
        self.p = both / both.sum((1, 2), keepdims=True)
        self.i = levels.present
        self.highest = levels.highest

    @cached_property
    def of_level(self) -> np.ndarray:
        """pᵢ by direction and level."""
        return self.p.sum(2)

    @cached_property
    def mean(self) -> np.ndarray:
        """m by direction."""
        return self.of_level @ self.i

    @cached_property
    def from_mean(self) -> np.ndarray:
        """i - m by direction and level."""
        return self.i - self.mean[:, None]

    @cached_property
    def variance(self) -> np.ndarray:
        """σ² by direction."""
        return (self.of_level * self.from_mean**2).sum(1)

    @cached_property
    def of_sum(self) -> np.ndarray:
        """p₊ by direction and k from 0."""
        return self._by(np.add.outer(self.i, self.i))

    @cached_property
    def of_difference(self) -> np.ndarray:
        """p₋ by direction and k from 0."""
        return self._by(np.abs(np.subtract.outer(self.i, self.i)))

    @cached_property
    def independent(self) -> np.ndarray:
        """pᵢ pⱼ by direction and levels."""
        return self.of_level[:, :, None] * self.of_level[:, None, :]

    @cached_property
    def log_independent(self) -> np.ndarray:
        """log2(pᵢ pⱼ + ε) by direction and levels."""
        return np.log2(self.independent + EPSILON)

    @cached_property
    def entropy(self) -> np.ndarray:
        """-Σ p log2(p + ε) by direction."""
        return entropy(self.p, (1, 2))

    def _by(self, key: np.ndarray) -> np.ndarray:
        k = key.astype(np.int64).ravel()
        size, directions = int(k.max()) + 1, len(self.p)
        index = (np.arange(directions)[:, None] * size + k).ravel()
        sums = np.bincount(index, self.p.ravel(), minlength=directions * size)
        return sums.reshape(directions, size)

    def of_sums(self, power: int) -> float:
        """Return Σₖ p₊(k) (k - 2 m)ᵃ."""
        k = np.arange(self.of_sum.shape[1]) - 2 * self.mean[:, None]
        return mean_of((self.of_sum * k**power).sum(1))

    def of_differences(self, weights: np.ndarray) -> float:
        """Return Σₖ p₋(k) w(k)."""
        return mean_of(self.of_difference @ weights)

    @property
    def differences(self) -> np.ndarray:
        """The k of p₋, from 0."""
        return np.arange(self.of_difference.shape[1], dtype=np.float64)


@GLCM.named("Autocorrelation")
def autocorrelation(c: CoOccurrence) -> float:
    """Σ p(i, j) i j."""
    return mean_of(c.p @ c.i @ c.i)


@GLCM.named("JointAverage")
def joint_average(c: CoOccurrence) -> float:
    """m."""
    return mean_of(c.mean)


@GLCM.named("SumAverage")
def sum_average(c: CoOccurrence) -> float:
    """Σ p₊(k) k = 2 m."""
    return mean_of(2 * c.mean)


@GLCM.named("SumSquares")
def sum_squares(c: CoOccurrence) -> float:
    """σ²."""
    return mean_of(c.variance)


@GLCM.named("ClusterTendency")
def cluster_tendency(c: CoOccurrence) -> float:
    """Σ p(i, j) (i + j - 2 m)²."""
    return c.of_sums(2)


@GLCM.named("ClusterShade")
def cluster_shade(c: CoOccurrence) -> float:
    """Σ p(i, j) (i + j - 2 m)³."""
    return c.of_sums(3)


@GLCM.named("ClusterProminence")
def cluster_prominence(c: CoOccurrence) -> float:
    """Σ p(i, j) (i + j - 2 m)⁴."""
    return c.of_sums(4)


@GLCM.named("Contrast")
def contrast(c: CoOccurrence) -> float:
    """Σ p(i, j) (i - j)²."""
    return c.of_differences(c.differences**2)


@GLCM.named("Correlation")
def correlation(c: CoOccurrence) -> float:
    """Σ p(i, j) (i - m) (j - m) / σ²; 1 where σ is 0."""
    together = (c.p @ c.from_mean[:, :, None])[:, :, 0]
    value = (together * c.from_mean).sum(1) / (c.variance + EPSILON)
    return mean_of(np.where(c.variance == 0, 1.0, value))


@GLCM.named("DifferenceAverage")
def difference_average(c: CoOccurrence) -> float:
    """Σ p₋(k) k."""
    return c.of_differences(c.differences)


@GLCM.named("DifferenceVariance")
def difference_variance(c: CoOccurrence) -> float:
    """Σ p₋(k) (k - Σ p₋(k) k)²."""
    k = c.differences
    from_mean = k - (c.of_difference @ k)[:, None]
    return mean_of((c.of_difference * from_mean**2).sum(1))


@GLCM.named("DifferenceEntropy")
def difference_entropy(c: CoOccurrence) -> float:
    """-Σ p₋(k) log2(p₋(k) + ε)."""
    return mean_of(entropy(c.of_difference, 1))


@GLCM.named("SumEntropy")
def sum_entropy(c: CoOccurrence) -> float:
    """-Σ p₊(k) log2(p₊(k) + ε)."""
    return mean_of(entropy(c.of_sum, 1))


@GLCM.named("JointEnergy")
def joint_energy(c: CoOccurrence) -> float:
    """Σ p(i, j)²."""
    return mean_of((c.p**2).sum((1, 2)))


@GLCM.named("JointEntropy")
def joint_entropy(c: CoOccurrence) -> float:
    """-Σ p(i, j) log2(p(i, j) + ε)."""
    return mean_of(c.entropy)


@GLCM.named("MaximumProbability")
def maximum_probability(c: CoOccurrence) -> float:
    """The largest p(i, j)."""
    return mean_of(c.p.max((1, 2)))


@GLCM.named("Id")
def inverse_difference(c: CoOccurrence) -> float:
    """Σ p₋(k) / (1 + k)."""
    return c.of_differences(1 / (1 + c.differences))


@GLCM.named("Idn")
def inverse_difference_normalized(c: CoOccurrence) -> float:
    """Σ p₋(k) / (1 + k / G)."""
    return c.of_differences(1 / (1 + c.differences / c.highest))


@GLCM.named("Idm")
def inverse_difference_moment(c: CoOccurrence) -> float:
    """Σ p₋(k) / (1 + k²)."""
    return c.of_differences(1 / (1 + c.differences**2))


@GLCM.named("Idmn")
def inverse_difference_moment_normalized(c: CoOccurrence) -> float:
    """Σ p₋(k) / (1 + k² / G²)."""
    return c.of_differences(1 / (1 + c.differences**2 / c.highest**2))


@GLCM.named("InverseVariance")
def inverse_variance(c: CoOccurrence) -> float:
    """Σ p₋(k) / k² over k > 0."""
    return mean_of(c.of_difference[:, 1:] @ (1 / c.differences[1:] ** 2))


@GLCM.named("Imc1")
def information_correlation_1(c: CoOccurrence) -> float:
    """(H + Σ p(i, j) log2(pᵢ pⱼ + ε)) / Hᵢ, H and Hᵢ the entropies of p and pᵢ; 0 where Hᵢ is."""
    of_level = entropy(c.of_level, 1)
    value = c.entropy + (c.p * c.log_independent).sum((1, 2))
    return mean_of(np.where(of_level == 0, 0.0, value / np.where(of_level == 0, 1.0, of_level)))


@GLCM.named("Imc2")
def information_correlation_2(c: CoOccurrence) -> float:
    """√(1 - exp(-2 (H' - H))), H' = -Σ pᵢ pⱼ log2(pᵢ pⱼ + ε); 0 where H' = H.

    A direction in which H' is below H by rounding has no value, as in PyRadiomics.
    """
    more = -(c.independent * c.log_independent).sum((1, 2)) - c.entropy
    with np.errstate(invalid="ignore"):
        return mean_of(np.sqrt(1 - np.exp(-2 * more)))


@GLCM.named("MCC")
def maximal_correlation(c: CoOccurrence) -> float:
    """√ of the second largest eigenvalue of Q; 1 where there is one level.

    Q(i, j) = Σₖ p(i, k) p(j, k) / (pᵢ pₖ + ε). Without ε, Q has the eigenvalues of B², with
    B(i, j) = p(i, j) / √(pᵢ pⱼ), which is symmetric and solved faster; the square
    of the mean of B with and without ε has those of Q but for terms of ε².
    """
    if len(c.i) < 2:
        return 1.0
    product = np.where(c.independent > 0, c.independent, 1.0)
    root = np.sqrt(product)
    symmetric = c.p * (1 / root + root / (product + EPSILON)) / 2
    eigenvalues = np.sort(np.abs(np.linalg.eigvalsh(symmetric)), axis=1)
    return mean_of(eigenvalues[:, -2])
