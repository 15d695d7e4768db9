"""Python modules that seem to be installed as long as nobody uses them."""

import importlib.machinery
import types


def madeModule(name):
    """Return an empty module for `sys.modules`; None there hides one that is installed."""
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, loader=None)
    return module
