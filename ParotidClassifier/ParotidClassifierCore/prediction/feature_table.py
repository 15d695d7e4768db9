"""All radiomic features of a case as a table for other programs."""

from __future__ import annotations

from pathlib import Path

from ..base.files import write_csv
from ..base.progress import Progress, silent
from ..radiomics.names import columns_of, feature_names
from ..radiomics.settings import default_settings
from .stages import KeyedCase, Stages


def write_features(
    path: Path,
    keyed: KeyedCase,
    stages: Stages,
    progress: Progress = silent,
) -> dict[str, float]:
    """Write a CSV with one row a feature and one column a region.

    Args:
        path: of the CSV.
        keyed: the case on its grid.
        stages: that the case was prepared by.
        progress: told the fraction done and the step at hand.

    Returns:
        The values by column, as `extract` gives them.

    Raises:
        FeatureExtractionError: a feature could not be computed.
        OutputError: the file cannot be written.
    """
    masks = keyed.grid.masks
    values = stages.measure(keyed, columns_of(masks), default_settings(), progress)
    rows = [
        [name, *(repr(values[f"{region}_{name}"]) for region in masks)] for name in feature_names()
    ]
    write_csv(path, ["feature", *masks], rows)
    return values
