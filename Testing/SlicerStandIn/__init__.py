"""A stand-in for the Slicer application: `qt`, `ctk` and `slicer` for a plain Python.

MRML nodes, module logics and `slicer.util` are Slicer's own, from the wheel slicer-core. Widgets
are PySide6's behind the manners of PythonQt, and hold strictly to the API of Slicer 5.12 in
Testing/Data: what a module may not do in the application fails here, and what the stand-in does
not model fails loudly (`failures.NotModelled`).
"""
