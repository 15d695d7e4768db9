"""The Python side of Slicer that slicer-core does not bring: base classes, parameter nodes, texts.

Each module here answers as its namesake in Slicer 5.12 does, for as much of it as the extension
uses; the rest is refused by name rather than guessed.
"""

import importlib
import sys

_MODULES = {
    "i18n": "i18n",
    "packaging": "pip_packages",
    "testing": "testing",
    "ScriptedLoadableModule": "scripted_module",
    "parameterNodeWrapper": "parameter_nodes",
}


def install(slicer) -> None:
    """Make the modules importable as slicer.<name>, and SampleData as the module it is.

    Args:
        slicer: the package `slicer`; `qt` and `ctk` must be importable already.
    """
    for public, private in _MODULES.items():
        module = importlib.import_module(f".{private}", __name__)
        sys.modules[f"slicer.{public}"] = module
        setattr(slicer, public, module)
    sys.modules["SampleData"] = importlib.import_module("..sample_data", __name__)
