"""What of Slicer a source file or a form uses, and whether Slicer has it; nothing is run.

kinds: what an expression is, as far as it can be known, and what its kind has.
values: the kinds of Qt's and MRML's classes, objects and methods.
namespaces: the modules slicer, slicer.util, qt, ctk, vtk.
scopes: which kind each name of a file has.
source: the checks of one Python file.
forms: the checks of one .ui file.
project: the files that are checked together.
"""
