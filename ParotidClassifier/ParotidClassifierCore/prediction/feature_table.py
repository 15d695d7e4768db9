"""All radiomic features of a case as a table for other programs."""

from __future__ import annotations

from pathlib import Path

from ..base.files import write_csv
from ..base.progress import Progress, silent
from ..imaging.working_grid import WorkingGrid
from ..protocol.region_names import REGIONS
from ..radiomics.names import columns_of, feature_names
from ..radiomics.settings import default_settings
from .measuring import Measurer


def write_features(
    path: Path,
    grid: WorkingGrid,
    progress: Progress = silent,
    measurer: Measurer | None = None,
) -> dict[str, float]:
    """Write a CSV with one row a feature and one column a region.

    Args:
        path: of the CSV.
        grid: CT and regions.
        progress: told the fraction done and the step at hand.
        measurer: None for a new one.

    Returns:
        The values by column, as `extract` gives them.

    Raises:
        FeatureExtractionError: a feature could not be computed.
        OutputError: the file cannot be written.
    """
    measurer = measurer or Measurer()
    values = measurer.measure(grid, columns_of(), default_settings(), progress)
    rows = [
        [name, *(repr(values[f"{region}_{name}"]) for region in REGIONS)]
        for name in feature_names()
    ]
    write_csv(path, ["feature", *REGIONS], rows)
    return values
