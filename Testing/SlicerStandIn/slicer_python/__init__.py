"""The Python side of Slicer that slicer-core does not bring: base classes, parameter nodes, texts.

Each module here answers as its namesake in Slicer 5.12 does, for as much of it as the extension
uses; the rest is refused by name rather than guessed.
"""

import importlib
import sys

from ..failures import NotModelled

_MODULES = {
    "slicer.i18n": "i18n",
    "slicer.packaging": "pip_packages",
    "slicer.ScriptedLoadableModule": "scripted_module",
    "slicer.parameterNodeWrapper": "parameter_nodes",
    "SampleData": "sample_data",
}


def install(slicer) -> None:
    """Make the modules importable under Slicer's names; what they lack is refused.

    Args:
        slicer: the package `slicer`; `qt` and `ctk` must be importable already.
    """
    for public, private in _MODULES.items():
        module = sys.modules[public] = importlib.import_module(f".{private}", __name__)
        module.__getattr__ = _refusing(public)
        setattr(slicer, public.removeprefix("slicer."), module)
    del slicer.SampleData


def _refusing(module: str):
    def refuse(name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotModelled(f"{module}.{name} is not modelled here")

    return refuse
