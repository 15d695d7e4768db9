"""The engines that measure the features, and how they are chosen between."""

from __future__ import annotations

from enum import Enum

# Raise it with every change of the built-in engine that changes a number.
_BUILT_IN_VERSION = 1


class Engine(str, Enum):
    """What measures the features: both give the same numbers, but for rounding."""

    BUILT_IN = "built-in"
    PYRADIOMICS = "pyradiomics"

    @property
    def identity(self) -> str:
        """Name and version, such as "built-in 1" or "pyradiomics 3.0.1".

        Raises:
            FeatureExtractionError: PyRadiomics is not installed.
        """
        if self is Engine.BUILT_IN:
            return f"{self.value} {_BUILT_IN_VERSION}"
        from .pyradiomics.at_work import pyradiomics_module

        return f"{self.value} {pyradiomics_module().__version__.removeprefix('v')}"
