"""Youden's threshold on examples small enough to check by hand."""

import numpy as np
import pytest
from ParotidClassifierCore.models.training import youden_threshold


def threshold(benign, malignant):
    scores = np.array([*benign, *malignant])
    return youden_threshold(scores, np.arange(len(scores)) >= len(benign))


def test_the_worked_example_has_its_threshold_between_04_and_06():
    # At ≥ 0.6: sensitivity 3/4, specificity 4/5, J = 0.55; at ≥ 0.3: 4/4 and 2/5, J = 0.40.
    assert threshold([0.1, 0.2, 0.35, 0.4, 0.8], [0.3, 0.6, 0.7, 0.9]) == pytest.approx(0.5)


def test_of_equally_good_thresholds_the_more_sensitive_one_is_taken():
    # ≥ 0.3: 2/2 and 1/2; ≥ 0.8: 1/2 and 2/2; both J = 0.5.
    assert threshold([0.1, 0.5], [0.3, 0.8]) == pytest.approx(0.2)


def test_classes_that_do_not_overlap_are_divided_half_way():
    assert threshold([0.1, 0.2], [0.6, 0.9]) == pytest.approx(0.4)


def test_scores_that_tell_nothing_call_every_case_malignant():
    assert threshold([0.3, 0.3], [0.3]) == 0.3


def test_probabilities_that_are_equal_stay_on_one_side():
    assert threshold([0.1, 0.5], [0.5, 0.5, 0.9]) == pytest.approx(0.3)
