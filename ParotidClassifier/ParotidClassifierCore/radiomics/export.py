"""All radiomic features of a case as a table for other programs."""

from __future__ import annotations

from pathlib import Path

from ..case.working_grid import REGIONS, WorkingGrid
from ..files import write_csv
from ..progress import Progress, silent
from .extraction import extract
from .names import feature_names


def write_features(path: Path, grid: WorkingGrid, progress: Progress = silent) -> dict[str, float]:
    """Write a CSV with one row a feature and one column a region.

    Returns:
        The values by column, as `extract` gives them.

    Raises:
        FeatureExtractionError: a feature could not be computed.
        OutputError: the file cannot be written.
    """
    values = extract(grid, progress=progress)
    rows = [
        [name, *(repr(values[f"{region}_{name}"]) for region in REGIONS)]
        for name in feature_names()
    ]
    write_csv(path, ["feature", *REGIONS], rows)
    return values
