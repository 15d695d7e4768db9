"""The folder through which the background process gets the images of the case."""

from pathlib import Path

from ParotidClassifierCore.base.files import remove, write_json, written_whole
from ParotidClassifierCore.base.temporary import make_temporary, remove_temporary
from ParotidClassifierCore.case.loading import CT_FILE, SEGMENTATION_FILE, SOURCE_FILE
from ParotidClassifierCore.imaging.masks import save_segmentation
from ParotidClassifierCore.imaging.volumes import write_volume

from ..Scene.LatticeMasks import keyOf, tightMask


class CaseFolder:
    """Holds CT and outlines of the case on the screen, of this application alone.

    A file is written again only when its content changed, or when it is not there any more. The
    folder goes with the case; one that a crash left behind goes at the next start.

    Attributes:
        path: where it lies; None while there is none.
    """

    def __init__(self):
        self.path = None
        self._ct = None
        self._outlines = None
        self._source = None

    def write(self, ct, drawn, withRing: bool, source=None, origin=None) -> Path:
        """Have CT, DrawnRegions, SourceSeries and the tumour's Origin in the folder; return it.

        Of the rings only the first is written, if at all: who reads draws automatic ones.

        Raises:
            OutputError: the disk is full.
        """
        file = self.ensured() / CT_FILE
        if ct is not self._ct or not file.exists():
            self._ct = None
            with written_whole(file) as beside:
                write_volume(beside, ct, compress=False)
            self._ct = ct
        self._writeOutlines(drawn, withRing, origin)
        self._writeSource(source)
        return self.path

    def remove(self) -> None:
        """Remove the folder, if there is one."""
        if self.path is not None:
            remove_temporary(self.path)
        self.path = self._ct = self._outlines = self._source = None

    def _writeOutlines(self, drawn, withRing: bool, origin) -> None:
        tumor, regions = drawn.protocol.outlined.name, drawn.protocol.regions
        names = [tumor, *(ring.name for ring in drawn.protocol.rings[: int(withRing)])]
        masks = {name: drawn.masks[name] for name in names}
        keys = [keyOf(tightMask(drawn.box, mask)) for mask in masks.values()]
        outlines = drawn.lattice, keys, origin
        file = self.path / SEGMENTATION_FILE
        if outlines != self._outlines or not file.exists():
            self._outlines = None
            geometry = drawn.lattice.geometry(drawn.box)
            save_segmentation(file, masks, geometry, regions, {tumor: origin})
            self._outlines = outlines

    def _writeSource(self, source) -> None:
        file = self.path / SOURCE_FILE
        if source is None:
            remove(file)
        elif source != self._source or not file.exists():
            write_json(file, source.facts())
        self._source = source

    def ensured(self) -> Path:
        """Return the folder, made anew where what tidies temporary files has taken it."""
        if self.path is None or not self.path.is_dir():
            self.remove()
            self.path = make_temporary()
        return self.path
