"""Net benefit against the published example of decision curves and by hand."""

import numpy as np
import pytest
from ParotidClassifierCore.statistics.decision_curve import (
    DECISION_THRESHOLDS,
    net_benefit,
    net_benefit_of_all,
)


def test_net_benefit_is_that_of_dcurves():
    # df_binary of the R package dcurves (Sjoberg 2022; MSKCC's tutorial of decision curves): 105 of
    # 750 patients have cancer; 24 of these and 91 of the others have a family history.
    cancer = np.arange(750) < 105
    history = (np.arange(750) < 24) | ((np.arange(750) >= 105) & (np.arange(750) < 105 + 91))
    thresholds = np.array([0.09, 0.19, 0.29, 0.99])
    published = [0.02, 0.00353909465, -0.0175586854, -11.98]
    published_of_all = [0.0549450549, -0.0617283951, -0.211267606, -85.0]
    found = net_benefit(history.astype(float), cancer, thresholds)
    assert found == pytest.approx(published, rel=1e-6)
    assert net_benefit_of_all(cancer, thresholds) == pytest.approx(published_of_all, rel=1e-6)


def test_a_hand_computed_curve():
    probabilities = np.array([0.1, 0.2, 0.6, 0.2, 0.7])
    malignant = np.array([False, False, False, True, True])
    found = net_benefit(probabilities, malignant, np.array([0.2, 0.5, 0.7, 0.8]))
    # At 0.2: 2 true and 2 false of 5, odds 1/4; at 0.5: 1 and 1, odds 1; at 0.7: 1 and 0.
    assert found == pytest.approx([(2 - 2 / 4) / 5, 0.0, 1 / 5, 0.0])


def test_thresholds_run_from_1_to_99():
    assert DECISION_THRESHOLDS[[0, 28, -1]].tolist() == [0.01, 0.29, 0.99]


def test_no_cases_no_net_benefit():
    assert np.isnan(net_benefit(np.empty(0), np.empty(0, bool), DECISION_THRESHOLDS)).all()
