import numpy as np
import pytest
from Core.models.made_models import a_table
from ParotidClassifierCore.base.errors import CohortError


def test_values_that_are_not_finite_are_named_with_their_cases():
    radiomics = a_table().radiomics.copy()
    radiomics[4, 2] = np.nan
    radiomics[5, 2] = np.inf
    with pytest.raises(CohortError, match=r"Tumor_original_firstorder_F2 .*case004 and case005"):
        a_table(radiomics=radiomics)


def test_logits_that_are_not_finite_are_named():
    with pytest.raises(CohortError, match="network:External2_DL"):
        a_table(out_of_fold_logits=np.where(np.arange(3) == 1, np.nan, np.zeros((90, 3))))
