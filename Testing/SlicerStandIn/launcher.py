"""PythonSlicer, which in the application is a launcher: the Python that works runs below it.

What ends the launcher does not end that Python, which keeps its pipes open.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

# A shell stays until the last command has ended only where another one follows.
_SHELL = '#!/bin/sh\n"{python}" "$@"\nexit $?\n'
_BATCH = '@"{python}" %*\r\n'


def install(folder: str | Path) -> None:
    """Write the launcher to a folder, in which from now on it is found by its name."""
    on_windows = os.name == "nt"
    path = Path(folder) / ("PythonSlicer.bat" if on_windows else "PythonSlicer")
    text = (_BATCH if on_windows else _SHELL).format(python=sys.executable)
    path.write_text(text, encoding="utf-8", newline="")
    path.chmod(0o755)
    os.environ["PATH"] = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    assert shutil.which("PythonSlicer")
