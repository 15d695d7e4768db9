"""Errors, files, processes, progress: what knows nothing of images or models.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "cache",
    "controls",
    "disk",
    "errors",
    "files",
    "lifeline",
    "log",
    "parallel",
    "plain",
    "progress",
    "result",
    "safetensors_header",
    "standard_streams",
    "strict_json",
    "temporary",
    "waiting",
    "words",
]
