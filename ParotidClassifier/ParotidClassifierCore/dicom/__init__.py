"""Read CTs and outlines from DICOM.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "body_parts",
    "files",
    "headers",
    "identity",
    "objects",
    "phase_words",
    "rtstruct",
    "seg",
    "series",
    "source",
]
