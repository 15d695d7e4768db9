"""Read and write model bundles; those that are shipped.

`__all__` names the modules that other packages may import.
"""

__all__ = ["bundle", "files", "published_clinical", "schema", "shipped", "store"]
