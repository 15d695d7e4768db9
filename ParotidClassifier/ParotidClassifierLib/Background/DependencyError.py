"""Errors of what is not installed."""

from ParotidClassifierCore.base.errors import ParotidClassifierError


class DependencyError(ParotidClassifierError):
    """Something that is needed is missing and could not be installed."""


class DependenciesDeclinedError(DependencyError):
    """The user does not want it installed now."""
