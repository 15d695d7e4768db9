"""Find what Python files and forms use of Slicer, Qt and MRML that Slicer 5.12 does not have.

    python -m SlicerStandIn.check_uses FILE_OR_FOLDER …

prints one line for each, and exits with 1 if there is any. Nothing of the files is run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import slicer

from . import slicer_python
from .static_check.project import Problem, Project
from .static_check.source import SourceCheck


def problems_in(paths: list[Path]) -> list[Problem]:
    """Return what is wrong in files, or in all .py and .ui files of folders."""
    if not hasattr(slicer, "parameterNodeWrapper"):
        slicer_python.install(slicer)
    project = Project(paths)
    parameters = project.parameter_class.types if project.parameter_class else None
    found = [
        problem
        for path, tree in project.sources.items()
        for problem in SourceCheck(path, tree, project).run()
    ]
    for form in project.forms.values():
        found += [Problem(form.path, line, text) for line, text in form.problems(parameters)]
    return found


def main(arguments: list[str]) -> int:
    """Print the problems; return 1 if there are any, 2 without arguments."""
    if not arguments:
        sys.stderr.write(__doc__)
        return 2
    found = problems_in([Path(argument) for argument in arguments])
    for problem in found:
        sys.stdout.write(f"{problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
