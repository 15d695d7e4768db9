"""A training table that no model can be fitted on is refused when it is made."""

import numpy as np
import pytest
from Core.models.made_models import a_table, radiomic_columns
from ParotidClassifierCore.base.errors import CohortError


def test_values_that_are_not_finite_are_named_with_their_cases():
    radiomics = a_table().radiomics.copy()
    radiomics[4, 2] = np.nan
    radiomics[5, 2] = np.inf
    with pytest.raises(CohortError, match=r"Tumor_original_firstorder_F2 .*case004, case005"):
        a_table(radiomics=radiomics)


def test_logits_that_are_not_finite_are_named():
    with pytest.raises(CohortError, match="network:External2_DL"):
        a_table(out_of_fold_logits=np.where(np.arange(3) == 1, np.nan, np.zeros((90, 3))))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"malignant": np.zeros(89, bool)}, "malignant"),
        ({"malignant": np.zeros(90)}, "bool"),
        ({"clinical": np.zeros((90, 2))}, "clinical"),
        ({"clinical": np.full((90, 3), 2.0)}, "clinical column symptoms"),
        ({"agreement": np.zeros(3)}, "agreement"),
        ({"columns": ("Tumor_a",) * 24}, "twice"),
        ({"columns": (*radiomic_columns(12)[:-1], "age")}, "age"),
    ],
)
def test_a_table_that_does_not_fit_together_is_refused(changes, word):
    with pytest.raises(CohortError, match=word):
        a_table(**changes)
