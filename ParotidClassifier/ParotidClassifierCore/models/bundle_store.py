"""Saving, loading and finding model bundles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..errors import BundleError, UsageError
from ..files import require_folder
from .bundle import Bundle
from .bundle_files import (
    BUNDLE_JSON,
    SHA256SUMS,
    check_names,
    check_replaceable,
    check_sums,
    opened,
    refusal,
    sha256,
    sums_of,
    write_folder,
)
from .bundle_reading import BUNDLE_NAME, check_schema_version, from_files
from .bundle_writing import to_files

# Core and Resources lie side by side in the repository and in the packaged extension.
DEFAULT_BUNDLE = "simulated-demo"
SHIPPED = Path(__file__).resolve().parents[2] / "Resources" / "Models"


def load_bundle(path: str | Path) -> Bundle:
    """Return the bundle at `path`, a folder or a .zip; safe with files from a stranger.

    Only data is read: names, sizes, links and paths are checked first, then the schema version,
    the hashes in SHA256SUMS, and at last every value.

    Raises:
        BundleError: names the bundle, the file, the reason and what to do.
    """
    path = Path(path)
    with opened(path) as (names, read):
        if BUNDLE_JSON not in names:
            raise refusal(path, BUNDLE_JSON, "it is missing", "Give the path of a model bundle.")
        files = {BUNDLE_JSON: read(BUNDLE_JSON)}
        check_schema_version(path, files[BUNDLE_JSON])
        check_names(path, names)
        files |= {name: read(name) for name in names if name != BUNDLE_JSON}
    check_sums(path, files)
    return from_files(path, files)


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
    return replace(bundle, bundle_hash=sha256(sums))


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


def shipped_bundles() -> tuple[Path, ...]:
    """Return the paths of the bundles that come with this program, by name."""
    if not SHIPPED.is_dir():
        return ()
    return tuple(sorted(p for p in SHIPPED.iterdir() if (p / BUNDLE_JSON).is_file()))


def find_bundle(named: str | Path) -> Path:
    """Return the bundle at this path or, if there is nothing, the shipped one of this name.

    Raises:
        BundleError: neither is there.
    """
    path = Path(named)
    if path.exists():
        return path
    shipped = {bundle.name: bundle for bundle in shipped_bundles()}
    if str(named) not in shipped:
        raise BundleError(
            f"There is no model bundle at {named}, and none of this name is shipped.",
            f"Give a folder or .zip, or one of {', '.join(shipped)}.",
        )
    return shipped[str(named)]


def default_bundle() -> Path:
    """Return the path of the bundle used when none is named: DEFAULT_BUNDLE, else the first.

    Raises:
        BundleError: none is shipped.
    """
    bundles = shipped_bundles()
    if not bundles:
        raise BundleError(
            f"There is no model bundle in {SHIPPED}.",
            "Name one, or train the demonstration bundle with `make models`.",
        )
    return next((path for path in bundles if path.name == DEFAULT_BUNDLE), bundles[0])
