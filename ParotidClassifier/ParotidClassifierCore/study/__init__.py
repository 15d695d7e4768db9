"""Cohorts: tables, checks, extraction, training, evaluation, batch prediction.

`__all__` names the modules that other packages may import.
"""

__all__ = ["batch", "cache", "checks", "extraction", "learn", "manifest", "runs", "train"]
