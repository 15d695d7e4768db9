"""Read and write model bundles; those that are shipped.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "bundle",
    "files",
    "learnt_reading",
    "published_clinical",
    "reference_reading",
    "shipped",
    "store",
    "summary",
]
