"""Read CTs and outlines from DICOM.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "files",
    "header_words",
    "headers",
    "objects",
    "rtstruct",
    "seg",
    "series",
    "source",
]
