"""Read CTs and outlines from DICOM."""

__all__ = ["files", "header_words", "headers", "objects", "rtstruct", "seg", "series", "source"]
