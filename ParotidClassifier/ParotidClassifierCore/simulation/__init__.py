"""Simulated CT of the parotid region and simulated cohorts.

`__all__` names the modules that other packages may import.
"""

__all__ = ["case", "cohort"]
