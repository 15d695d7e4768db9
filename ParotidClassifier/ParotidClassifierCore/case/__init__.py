"""Load, check, measure and save one case, and prepare its working grid."""

__all__ = [  # the modules that other packages may import
    "acquisition_findings", "checks", "ct", "grid", "loading", "measurements",
    "other_gland", "outlines", "perturbation", "saving",
]  # fmt: skip
