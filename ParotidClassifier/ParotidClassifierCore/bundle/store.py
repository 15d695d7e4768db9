"""Load, summarize and save model bundles."""

from dataclasses import fields, replace
from pathlib import Path

from ..base.errors import UsageError
from ..base.files import require_folder
from ..base.strict_json import parsed
from .bundle import Bundle, BundleSummary
from .files import (
    BUNDLE_JSON,
    MODEL_CARD,
    SCHEMA_VERSION,
    SHA256SUMS,
    check_replaceable,
    checked_files,
    refused_as,
    sha256,
    write_folder,
)
from .schema import BUNDLE_NAME, from_files, read_header, read_text, to_files


def load_bundle(path: str | Path) -> Bundle:
    """Return the bundle at `path`, a folder or a .zip; safe with files from a stranger.

    Only data is read: the files are checked as `checked_files` says, then every value.
    """
    path = Path(path)
    return from_files(path, checked_files(path))


def summarize_bundle(path: str | Path) -> BundleSummary:
    """Return what the bundle at `path` says of itself; needs none of the libraries that run it.

    Names, sizes and hashes of all its files are checked. What the models hold is not read:
    `load_bundle` may still refuse it.

    Raises:
        BundleError: names the bundle, the file, the reason and what to do.
    """
    path = Path(path)
    files = checked_files(path)
    with refused_as(path, BUNDLE_JSON):
        header = read_header(parsed(files[BUNDLE_JSON]))
    with refused_as(path, MODEL_CARD):
        header["model_card"] = read_text(files[MODEL_CARD])
    header |= {"path": path, "bundle_hash": sha256(files[SHA256SUMS])}
    return BundleSummary(**{known.name: header[known.name] for known in fields(BundleSummary)})


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
    bundle_hash = write_folder(files, folder)
    return replace(bundle, path=folder, bundle_hash=bundle_hash, schema_version=SCHEMA_VERSION)


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
