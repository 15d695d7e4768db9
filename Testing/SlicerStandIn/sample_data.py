"""Module SampleData: the sources that modules register, and the buttons that load them.

Nothing is ever downloaded: only sources that bring their own downloader can be loaded here.
"""

import dataclasses
import typing

import slicer

from .slicer_python.i18n import tr as _
from .slicer_python.refused import refuse

_PER_FILE = ("uris", "fileNames", "nodeNames", "loadFiles", "loadFileTypes", "checksums")


@dataclasses.dataclass
class SampleDataSource:
    """One set of sample data: files to download, or what makes the data itself.

    The first six lists say something of each file; they must be of one length. With uris=None
    there are none, which Slicer refuses even of sources that download nothing.
    """

    sampleName: str | None = None
    sampleDescription: str | None = None
    uris: typing.Any = None
    fileNames: typing.Any = None
    nodeNames: typing.Any = None
    checksums: typing.Any = None
    loadFiles: typing.Any = None
    customDownloader: typing.Callable | None = None
    thumbnailFileName: str | None = None
    loadFileTypes: typing.Any = None
    loadFileProperties: dict | None = None
    loadFileType: dataclasses.InitVar[typing.Any] = None

    def __post_init__(self, loadFileType):
        if loadFileType is not None and self.loadFileTypes is not None:
            raise ValueError("loadFileType and loadFileTypes cannot be specified at the same time")
        if self.loadFileTypes is None:
            self.loadFileTypes = loadFileType
        if self.sampleDescription is None:
            self.sampleDescription = self.sampleName
        self.loadFileProperties = self.loadFileProperties or {}
        if isinstance(self.uris, str):
            self._becomeListsOfOne()
        elif isinstance(self.uris, list | tuple):
            self._fillLists()
        self._checkLengths()

    def _becomeListsOfOne(self) -> None:
        for name in _PER_FILE:
            setattr(self, name, [getattr(self, name)])

    def _fillLists(self) -> None:
        if self.loadFileTypes is None or isinstance(self.loadFileTypes, str):
            self.loadFileTypes = [self.loadFileTypes] * len(self.uris)
        for name in ("nodeNames", "loadFiles", "checksums"):
            if getattr(self, name) is None:
                setattr(self, name, [None] * len(self.uris))

    def _checkLengths(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in _PER_FILE}
        if len(set(lengths.values())) != 1:
            raise ValueError(
                f"All fields of sample data source must have the same length, not {lengths}"
            )


class SampleDataLogic:
    """The registered sources, by category."""

    def __init__(self, logMessage=None):
        self.builtInCategoryName = "General"
        self.developmentCategoryName = "Development"
        self.registerCustomSampleDataCategory(self.builtInCategoryName, _("General"))
        self.registerCustomSampleDataCategory(self.developmentCategoryName, _("Development"))

    @staticmethod
    def registerCustomSampleDataCategory(category: str, title: str) -> None:
        """Give a category the title that is shown."""
        _shared("sampleDataSourceCategories").setdefault(category, {})["title"] = title

    @staticmethod
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFiles=None,
        loadFileProperties=None,
        checksums=None,
        loadFileType=None,
    ) -> None:
        """Add a source to a category; one that is there already is not added again.

        Raises:
            TypeError: uris or fileNames is None; without files they must be empty lists.
            ValueError: the lists are of different lengths.
        """
        source = SampleDataSource(
            sampleName=sampleName,
            uris=uris,
            fileNames=fileNames,
            nodeNames=nodeNames,
            checksums=checksums,
            loadFiles=loadFiles,
            customDownloader=customDownloader,
            thumbnailFileName=thumbnailFileName,
            loadFileTypes=loadFileTypes,
            loadFileProperties=loadFileProperties,
            loadFileType=loadFileType,
        )
        sources = _shared("sampleDataSources").setdefault(category, [])
        if source not in sources:
            sources.append(source)

    @staticmethod
    def sampleDataSourcesByCategory(category: str | None = None):
        """Return the sources of a category, or those of all in a dict."""
        sources = _shared("sampleDataSources")
        return sources if category is None else sources.get(category, [])

    def sourceForSampleName(self, sampleName: str) -> SampleDataSource | None:
        """Return the first source of a name, None if there is none."""
        for sources in _shared("sampleDataSources").values():
            for source in sources:
                if source.sampleName == sampleName:
                    return source
        return None

    def downloadFromSource(
        self, source, maximumAttemptsCount: int = 3, forceDownload: bool = False
    ) -> list:
        """Return what the source's files hold; its own downloader is not asked, in Slicer neither.

        A source without files gives an empty list.
        """
        if source.uris:
            refuse("Downloading sample data")
        return []

    def downloadSamples(self, sampleName: str) -> list:
        """Return what downloadFromSource() gives for a name, an empty list if there is none."""
        source = self.sourceForSampleName(sampleName)
        return self.downloadFromSource(source) if source else []

    def downloadSample(self, sampleName: str):
        """Return the first node of a sample."""
        return self.downloadSamples(sampleName)[0]


def downloadSample(sampleName: str):
    """Return the first node of a sample."""
    return SampleDataLogic().downloadSample(sampleName)


def downloadSamples(sampleName: str) -> list:
    """Return the nodes of a sample."""
    return SampleDataLogic().downloadSamples(sampleName)


def _shared(name: str) -> dict:
    """Return a dict that Slicer keeps in slicer.modules, where other modules may look."""
    if not hasattr(slicer.modules, name):
        setattr(slicer.modules, name, {})
    return getattr(slicer.modules, name)
