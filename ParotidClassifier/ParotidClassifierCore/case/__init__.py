"""Load, check, measure and save one case, and prepare its working grid.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "acquisition_findings",
    "checks",
    "ct",
    "grid",
    "loading",
    "measurements",
    "outlines",
    "saving",
]
