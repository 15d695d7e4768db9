"""Find the copies of slices that lie in a folder several times."""

from __future__ import annotations

import filecmp
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..imaging.itk_files import read_image
from .headers import Header


def by_place(headers: Sequence[Header]) -> dict[object, list[Header]]:
    """Return the headers of one series by number and place, copies of a slice together."""
    places: dict[object, list[Header]] = {}
    for header in headers:
        # The place counts too: some programs that remove identities give all slices one number.
        number = header.text("SOPInstanceUID")
        key = (number, header.position) if number else header.path
        places.setdefault(key, []).append(header)
    return places


def without_copies(headers: Sequence[Header]) -> list[Header]:
    """Return the headers of one series without the copies of slices.

    What has number and place of another slice, but shows something else, is no copy.
    """
    kept: list[Header] = []
    for alike in by_place(headers).values():
        kept.append(alike[0])
        kept += [other for other in alike[1:] if not _shows_the_same(alike[0].path, other.path)]
    return kept


def _shows_the_same(one: Path, other: Path) -> bool:
    if filecmp.cmp(one, other, shallow=False):
        return True
    try:
        voxels = [sitk.GetArrayFromImage(read_image(path, "GDCMImageIO")) for path in (one, other)]
    except RuntimeError:
        return False
    return np.array_equal(*voxels)
