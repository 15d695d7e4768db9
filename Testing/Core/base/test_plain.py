import json
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from ParotidClassifierCore.base.plain import as_plain
from ParotidClassifierCore.statistics.results import Estimate, RocCurve


class Word(str, Enum):
    YES = "yes"


def test_values_of_every_kind_become_what_json_can_hold():
    value = {
        "estimate": Estimate(0.5, float("nan"), None),
        "curve": RocCurve(np.array([0.0, np.nan]), np.array([1, 2])),
        Word.YES: (np.float64(np.inf), np.int64(3), np.bool_(True), Word.YES),
        "place": Path("out") / "x",
        "set": {"b", "a"},
    }
    assert json.loads(json.dumps(as_plain(value), allow_nan=False)) == {
        "estimate": {"value": 0.5, "low": None, "high": None},
        "curve": {"false_positive_rates": [0.0, None], "sensitivities": [1, 2]},
        "yes": [None, 3, True, "yes"],
        "place": "out/x",
        "set": ["a", "b"],
    }


def test_what_has_no_plain_form_is_refused():
    with pytest.raises(TypeError, match="function has no plain form"):
        as_plain({"a": as_plain})
