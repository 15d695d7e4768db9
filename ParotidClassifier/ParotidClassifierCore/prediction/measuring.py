"""Radiomic features of one grid, on both cores where there is a companion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ..base.progress import Progress
from ..imaging.content import image_key
from ..imaging.working_grid import WorkingGrid
from ..radiomics.extraction import extract
from ..radiomics.kept_images import KeptImages
from ..radiomics.settings import RadiomicsSettings
from ..radiomics.shares import two_shares
from .companion import Companion

# Takes the progress of what is left to do, and returns the values by column.
Finish = Callable[[Progress], dict[str, float]]


class Measurer:
    """Measures features and keeps the filtered images of the last CT for the next ring on it.

    Args:
        companion: takes a share of the work; None to do all of it here.
    """

    def __init__(self, companion: Companion | None = None):
        self._companion = companion
        self._kept: tuple[object, KeptImages] | None = None

    @property
    def _helped(self) -> bool:
        return self._companion is not None and self._companion.is_alive

    def measure(
        self,
        grid: WorkingGrid,
        columns: Collection[str],
        settings: RadiomicsSettings,
        progress: Progress,
    ) -> dict[str, float]:
        """Return the values of `columns`, in their order; see `radiomics.extraction.extract`."""
        return self.begin(grid, columns, settings, columns)(progress)

    def begin(
        self,
        grid: WorkingGrid,
        columns: Collection[str],
        settings: RadiomicsSettings,
        usual: Collection[str],
        ahead_ms: float = 0.0,
    ) -> Finish:
        """Let the companion begin with its share, and return what does the rest.

        Args:
            grid: CT and regions.
            columns: to be measured.
            settings: of the features.
            usual: columns by which the shares are cut, so that each process keeps its images.
            ahead_ms: how long this process is busy with something else before it goes on.

        Returns:
            A function that may raise FeatureExtractionError, and whatever its progress raises.
        """
        own, other = list(columns), []
        if self._helped:
            theirs = set(two_shares(usual, settings, ahead_ms)[1])
            own, other = (
                [c for c in columns if c not in theirs],
                [c for c in columns if c in theirs],
            )
        if other:
            self._companion.begin(grid, other, settings)

        def finish(progress: Progress) -> dict[str, float]:
            values = self._here(grid, own, settings, progress) if own else {}
            if other:
                # What went wrong there goes wrong here too, or does not matter.
                measured = self._companion.finish(progress)
                values |= measured or self._here(grid, other, settings, progress)
            return {column: values[column] for column in columns}

        return finish

    def _here(
        self,
        grid: WorkingGrid,
        columns: Collection[str],
        settings: RadiomicsSettings,
        progress: Progress,
    ) -> dict[str, float]:
        key = (image_key(grid), settings)
        lesion = KeptImages.around(grid.tumor | grid.ring)
        if self._kept is None or self._kept[0] != (key, lesion.first, lesion.size):
            self._kept = ((key, lesion.first, lesion.size), lesion)
        with itk_threads(1 if self._helped else None):
            return extract(grid, columns, settings, progress=progress, kept=self._kept[1])


@contextmanager
def itk_threads(count: int | None) -> Iterator[None]:
    """Within it, ITK's filters use so many threads; None for its own choice."""
    import SimpleITK as sitk

    usual = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(count or usual)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(usual)
