"""The model bundles that can be chosen: those that are shipped, and one from elsewhere."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from ParotidClassifierCore.base.cache import Cache
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.shipped import default_bundle, find_bundle, shipped_bundles
from ParotidClassifierCore.bundle.store import summarize_bundle
from ParotidClassifierCore.protocol import shen2026
from slicer.i18n import tr as _

_KEPT_SUMMARIES = 24


class Bundles:
    """Says what the bundles are; a bundle is read again only when its files changed."""

    def __init__(self):
        self._summaries = Cache(_KEPT_SUMMARIES)
        self._protocol = shen2026()

    def chosen(self, parameterNode):
        """Return the summary of the bundle that the parameter node names.

        Raises:
            BundleError: it is not there any more, damaged, or none is shipped.
        """
        name = parameterNode.bundle
        return self._summary(find_bundle(name) if name else default_bundle())

    def protocol(self, parameterNode):
        """Return the protocol of the chosen bundle; the one before where that cannot be read."""
        with suppress(BundleError):  # told where it is chosen
            if parameterNode is not None:
                self._protocol = self.chosen(parameterNode).protocol
        return self._protocol

    def at(self, path: str):
        """Return the summary of the bundle at this path, or raise BundleError."""
        return self._summary(find_bundle(path))

    def all(self, parameterNode, *more: str) -> list:
        """Return the summaries of the shipped bundles, the chosen one, and more at these paths.

        Those that cannot be read and empty paths are left out.
        """
        summaries = {}
        readers = [partial(self._summary, path) for path in shipped_bundles()]
        readers.append(lambda: self.chosen(parameterNode))
        readers += [partial(self.at, path) for path in more if path]
        for read in readers:
            with suppress(BundleError):
                summary = read()
                summaries.setdefault(summary.path, summary)
        return [*summaries.values()]

    def withHash(self, bundleHash: str):
        """Return the summary of a bundle that was read before; None where none had this content."""
        for path in self._summaries:
            with suppress(BundleError):
                summary = self._summary(path)
                if summary.bundle_hash == bundleHash:
                    return summary
        return None

    def _summary(self, path: Path):
        return self._summaries.get(path, lambda: summarize_bundle(path), _stampOf(path))


def _stampOf(path: Path) -> tuple:
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        stats = [(file.name, file.stat()) for file in files]
    except OSError as error:
        raise BundleError(
            _("The model bundle {path} cannot be read: {reason}.").format(
                path=path, reason=error.strerror
            ),
            _("Choose another one under Advanced."),
        ) from error
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
