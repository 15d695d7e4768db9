"""The 1874 radiomic features per region."""

__all__ = ["comparison", "engines", "extraction", "ibsi", "kept_images", "names", "settings"]
