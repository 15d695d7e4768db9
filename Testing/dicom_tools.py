"""DICOM objects as programs see them that share no code with what wrote them.

dcmtk's dsrdump and dcmdump, and dicom3tools' dciodvfy: `make dicom-tools` installs them. Tests that
need them skip, and say so, where they are missing.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_TOOLS = ("dsrdump", "dcmdump", "dciodvfy")

needs_dicom_tools = pytest.mark.skipif(
    not all(map(shutil.which, _TOOLS)),
    reason="dcmtk and dicom3tools are not installed: make dicom-tools",
)


def violations(path: Path) -> list[str]:
    """Return the lines with which dciodvfy says where an object breaks the standard."""
    _, out, err = _run("dciodvfy", path)
    return [line for line in (out + err).splitlines() if line.startswith(("Error", "Abort"))]


def kind(path: Path) -> str:
    """Return what dciodvfy takes an object for, such as "Segmentation"."""
    _, out, err = _run("dciodvfy", path)
    named = [line for line in (out + err).splitlines() if " - " not in line]
    return named[0]


def report_text(path: Path) -> str:
    """Return a Structured Report as dsrdump reads it, with whole texts and all codes."""
    code, out, err = _run("dsrdump", "+U8", "+Pc", "+Pl", path)
    faults = [line for line in err.splitlines() if line.startswith(("E:", "F:"))]
    assert (code, faults) == (0, [])
    return out


def dump(path: Path) -> str:
    """Return all attributes of an object as dcmdump reads them."""
    code, out, err = _run("dcmdump", "+L", path)
    assert code == 0, err
    return out


def _run(*command: object) -> tuple[int, str, str]:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, errors="replace"
    )
    return done.returncode, done.stdout, done.stderr
