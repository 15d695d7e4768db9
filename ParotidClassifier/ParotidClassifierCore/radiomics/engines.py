"""The engines that measure the features, and how they are chosen between."""

from __future__ import annotations

from enum import Enum

# Raise it with every change of the built-in engine that changes a number.
_BUILT_IN_VERSION = 1
# What the engine is called among the versions behind a result or a bundle.
RADIOMICS_ENGINE = "radiomics engine"
RADIOMICS_ENGINE_OF_TRAINING = f"{RADIOMICS_ENGINE} of the training cases"


class Engine(str, Enum):
    """What measures the features: both give the same numbers, but for rounding."""

    BUILT_IN = "built-in"
    PYRADIOMICS = "pyradiomics"

    @property
    def identity(self) -> str:
        """Name and version, such as "built-in 1" or "pyradiomics 3.0.1".

        Raises:
            MissingPackageError: PyRadiomics is not installed.
        """
        if self is Engine.BUILT_IN:
            return f"{self.value} {_BUILT_IN_VERSION}"
        from .pyradiomics.at_work import pyradiomics_module

        return f"{self.value} {pyradiomics_module().__version__.removeprefix('v')}"


_WORDS = {Engine.BUILT_IN.value: "the built-in engine", Engine.PYRADIOMICS.value: "PyRadiomics"}


def engine_words(identity: str) -> str:
    """Return an engine's identity in words, such as "PyRadiomics, version 3.0.1"."""
    name, _, version = identity.partition(" ")
    return ", version ".join(filter(None, (_WORDS.get(name, name), version)))


def measured_by(engine: str | None, training: str | None) -> str:
    """Say by their identities which engine measured, and which measured the training cases.

    Empty if no features were measured.
    """
    if engine is None:
        return ""
    told = f"The radiomic features were measured by {engine_words(engine)}"
    if training in (None, engine):
        return f"{told}."
    is_other = training.partition(" ")[0] != engine.partition(" ")[0]
    alike = ", which gives the same numbers" if is_other else ""
    return f"{told}; those of the training cases by {engine_words(training)}{alike}."
