"""Errors, files, processes, progress: what knows nothing of images or models."""

__all__ = [  # the modules that other packages may import
    "cache", "controls", "disk", "errors", "extras", "files", "lifeline", "log", "one_core",
    "parallel", "plain", "progress", "result", "safetensors_header", "standard_streams",
    "strict_json", "temporary", "versions", "waiting", "words",
]  # fmt: skip
