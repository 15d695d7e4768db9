"""Module SampleData: the sources that modules register. Nothing can be downloaded here."""

import dataclasses
import typing

import slicer

_PER_FILE = ("uris", "fileNames", "nodeNames", "loadFiles", "loadFileTypes", "checksums")


@dataclasses.dataclass
class SampleDataSource:
    """One set of sample data that makes its data itself.

    Lists that say something of each file must be of one length; with uris=None there are none,
    which Slicer refuses even of sources that download nothing.
    """

    sampleName: str
    uris: typing.Any = None
    fileNames: typing.Any = None
    nodeNames: typing.Any = None
    customDownloader: typing.Callable | None = None
    thumbnailFileName: str | None = None
    checksums: typing.Any = None
    loadFiles: typing.Any = None
    loadFileTypes: typing.Any = None

    def __post_init__(self):
        if isinstance(self.uris, list):
            for name in ("nodeNames", "loadFiles", "checksums", "loadFileTypes"):
                if getattr(self, name) is None:
                    setattr(self, name, [None] * len(self.uris))
        lengths = {name: len(getattr(self, name)) for name in _PER_FILE}
        if len(set(lengths.values())) != 1:
            raise ValueError(
                f"All fields of sample data source must have the same length, not {lengths}"
            )


class SampleDataLogic:
    """The registered sources, by category."""

    @staticmethod
    def registerCustomSampleDataSource(category: str = "Custom", **told) -> None:
        """Add a source to a category; one that is there already is not added again.

        Raises:
            TypeError: uris or fileNames is None; without files they must be empty lists.
            ValueError: the lists are of different lengths.
        """
        source = SampleDataSource(**told)
        sources = _sources().setdefault(category, [])
        if source not in sources:
            sources.append(source)

    @staticmethod
    def sampleDataSourcesByCategory(category: str) -> list[SampleDataSource]:
        """Return the sources of a category."""
        return _sources().get(category, [])

    def sourceForSampleName(self, sampleName: str) -> SampleDataSource | None:
        """Return the first source of a name, None if there is none."""
        every = [source for sources in _sources().values() for source in sources]
        return next((source for source in every if source.sampleName == sampleName), None)


def _sources() -> dict:
    """Return what Slicer keeps in slicer.modules, where other modules may look."""
    if not hasattr(slicer.modules, "sampleDataSources"):
        slicer.modules.sampleDataSources = {}
    return slicer.modules.sampleDataSources
