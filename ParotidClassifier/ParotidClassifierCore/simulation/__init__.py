"""Simulated CT of the parotid region and simulated cohorts."""

__all__ = ["case", "cohort"]
