"""The smoke test notices values that are not as they were stored."""

import json

from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.radiomics.names import columns_of
from smoke import STORED, differences

VALUES = json.loads(STORED.read_text(encoding="utf-8"))
CONTRAST = "Tumor_original_glcm_Contrast"


def with_feature(value):
    return VALUES | {"features": VALUES["features"] | {CONTRAST: value}}


def test_all_features_and_models_are_stored():
    assert VALUES["features"].keys() == set(columns_of(shen2026().regions))
    assert VALUES["log_odds"].keys() == set(shen2026().models)
    assert not list(differences(VALUES, VALUES))


def test_a_value_that_moved_is_named():
    stored = VALUES["features"][CONTRAST]
    (line,) = differences(with_feature(stored * (1 + 1e-5)), VALUES)
    assert line.startswith(f"{CONTRAST}: ")
    assert not list(differences(with_feature(stored * (1 + 1e-8)), VALUES))


def test_a_value_that_is_missing_is_named():
    fewer = VALUES | {"log_odds": {}}
    assert "Combined: nan here" in "\n".join(differences(fewer, VALUES))
    assert "Combined: " in "\n".join(differences(VALUES, fewer))
