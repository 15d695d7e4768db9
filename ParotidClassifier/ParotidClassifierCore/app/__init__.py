"""The two entries: the command line and the worker.

`__all__` names the modules that other packages may import.
"""

__all__ = ["cli", "worker"]
