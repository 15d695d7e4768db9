"""The model bundles that come with this program, and finding the one that is meant."""

from pathlib import Path

from ..base.disk import extended
from ..base.errors import BundleError
from .files import BUNDLE_JSON

DEFAULT_BUNDLE = "simulated-demo"
_LONGEST_NAME = 20  # characters, of a file in a bundle
# Inside the package, so that whatever carries the package carries them.
SHIPPED = Path(__file__).with_name("shipped_bundles")


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
    path = extended(Path(named), below=_LONGEST_NAME)
    try:
        if path.exists():
            return path
    except OSError as error:
        raise BundleError(
            f"The model bundle {named} cannot be read: {error.strerror}.",
            "Check the path and its permissions.",
        ) from error
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
