"""Saving and loading model bundles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..base.errors import UsageError
from ..base.files import require_folder
from .bundle import Bundle
from .files import (
    SCHEMA_VERSION,
    SHA256SUMS,
    check_replaceable,
    checked_files,
    sha256,
    sums_of,
    write_folder,
)
from .schema import BUNDLE_NAME, from_files, to_files


def load_bundle(path: str | Path) -> Bundle:
    """Return the bundle at `path`, a folder or a .zip; safe with files from a stranger.

    Only data is read: the files are checked as `checked_files` says, then every value.

    Raises:
        BundleError: names the bundle, the file, the reason and what to do.
    """
    path = Path(path)
    return from_files(path, checked_files(path))


def save_bundle(bundle: Bundle, folder: str | Path) -> Bundle:
    """Write `bundle` to `folder`, whole or not at all, and return it with its hash.

    The same content gives the same bytes. A bundle that `load_bundle` would refuse is not written.

    Raises:
        BundleError: the bundle does not hold together.
        OutputError: the folder holds something else than a bundle, or cannot be written.
    """
    folder = Path(folder)
    files = to_files(bundle)
    from_files(folder, files)
    sums = sums_of(files)
    write_folder(files | {SHA256SUMS: sums}, folder)
    return replace(bundle, bundle_hash=sha256(sums), schema_version=SCHEMA_VERSION)


def require_bundle_name(name: str) -> None:
    """Raise UsageError for a name that no bundle may have."""
    if not BUNDLE_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a model bundle.",
            "Use 1 to 64 letters, digits, spaces and ._+()- and begin with a letter or digit.",
        )


def require_bundle_folder(folder: Path) -> None:
    """Raise OutputError where `save_bundle` could not write."""
    check_replaceable(folder)
    require_folder(folder)
