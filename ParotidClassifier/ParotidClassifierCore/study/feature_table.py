"""The features of a cohort as a table for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..protocol.outcome import outcome_word
from .extraction import CohortFeatures

if TYPE_CHECKING:
    import pandas as pd


def feature_table(features: CohortFeatures) -> pd.DataFrame:
    """Return one row a case: who it is, clinical variables, all radiomic columns.

    Columns: case_id, split, outcome, simulated, scanner, image_sha256, spacing_x_mm …,
    the regions Tumor_mm3 …, the clinical variables by their names, then the radiomic columns
    <region>_<feature> in the order of the features.
    """
    import pandas as pd

    cases = features.cases
    who = {
        "case_id": [case.case_id for case in cases],
        "split": [case.split for case in cases],
        "outcome": [outcome_word(case.malignant) for case in cases],
        "simulated": [case.simulated for case in cases],
        "scanner": [case.scanner for case in cases],
        "image_sha256": features.fingerprints,
    }
    spacing = {f"spacing_{axis}_mm": features.spacings[:, i] for i, axis in enumerate("xyz")}
    regions = features.protocol.regions
    volumes = {f"{region}_mm3": features.volumes[:, i] for i, region in enumerate(regions)}
    words = [features.protocol.words(case.record) for case in cases]
    clinical = {name: [word[name] for word in words] for name in features.protocol.clinical}
    radiomics = pd.DataFrame(np.asarray(features.radiomics), columns=list(features.columns))
    return pd.concat([pd.DataFrame(who | spacing | volumes | clinical), radiomics], axis=1)
