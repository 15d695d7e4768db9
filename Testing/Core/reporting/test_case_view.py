"""What is said of a case, from a prediction as it is stored."""

import json
from dataclasses import replace

import pytest
from fixtures.answers import ALL_KNOWN, made_answer, made_stability
from fixtures.bundles import made_bundle
from ParotidClassifierCore.protocol import protocol_from, shen2026
from ParotidClassifierCore.reporting.case import appendix, background, front
from ParotidClassifierCore.reporting.case_view import CaseView, beside, heights

TWELFTH = "Clinical+Tumor_RAD"


@pytest.fixture(scope="module")
def answered():
    found = made_answer(made_bundle(), ALL_KNOWN)
    return replace(found, stability=made_stability(found))


@pytest.fixture(scope="module")
def twelve(answered):
    """The same as of a bundle whose protocol has a twelfth model and another ring."""
    said = shen2026().as_json()
    said["regions"]["External2"]["ring"]["width_mm"] = 3.0
    said["models"][TWELFTH] = {"radiomics": ["Tumor"], "clinical": ["symptoms", "margin"]}
    models = answered.prediction.models
    models = {**models, TWELFTH: replace(models["Tumor_RAD"], name=TWELFTH)}
    bundle = replace(answered.bundle, protocol=protocol_from(said | {"name": "twelve"}))
    prediction = replace(answered.prediction, models=models)
    return replace(answered, bundle=bundle, prediction=prediction)


def test_a_stored_prediction_says_the_same(answered):
    stored = json.loads(json.dumps(answered.as_dict()))
    view, again = answered.view, CaseView(stored, answered.prediction.features)
    told = "sentence", "certainty", "call", "doubt", "agreement", "rows", "place", "findings"
    for name in told:
        assert getattr(again, name) == getattr(view, name)
    assert again.models == answered.prediction.models
    assert again.bars("Combined", 3) == view.bars("Combined", 3)


def test_an_earlier_prediction_names_no_headline(answered):
    stored = {**answered.as_dict()}
    del stored["headline"]
    assert CaseView(stored).headline == answered.view.headline == "Combined"


def test_unusable_outlines_are_told(answered):
    found = replace(answered, stability=replace(answered.stability, unusable=1))
    told = found.view.stability("Combined")
    assert told.startswith("Under 3 slightly different outlines Combined says ")
    assert told.endswith(" 1 slightly different outline could not be classified.")
    none = dict.fromkeys(answered.stability.probabilities, ())
    lost = replace(answered.stability, probabilities=none, unusable=20)
    found = replace(answered, stability=lost)
    told = "None of 20 slightly different outlines could be classified"
    assert told in found.text()
    assert told in front.stability(found).parts[0].text


def test_the_image_part_is_what_a_model_reads(answered):
    assert answered.view.image_part("Combined") == "Tumor+External2_RAD+DL"
    assert answered.view.image_part("Clinical") is None
    assert answered.view.image_model == "Tumor+External2_RAD+DL"


def test_models_that_only_one_bundle_has_stand_beside_a_dash(twelve, answered):
    pairs = beside(answered.view.models, twelve.view.models)
    assert (pairs[-1][0].call, pairs[-1][1].name) == (None, TWELFTH)


def test_bars_of_a_histogram_hold_both_ends():
    bars = heights((0.0, 0.01, 0.5, 1.0))
    assert (bars[0], bars[12], bars[-1], sum(bars)) == (1.0, 0.5, 0.5, 2.0)


def test_the_report_says_what_a_twelfth_model_reads(twelve):
    table = appendix.models(twelve).parts[0].table
    assert "twelve models" in table.title
    assert table.rows[-1][:2] == (TWELFTH, "radiomic features of Tumor; symptoms and margin")


def test_the_report_describes_the_protocol(twelve):
    terms = dict(background.terms(twelve).parts[0].pairs)
    assert "3 mm wide" in terms["External2"]
    assert terms["Clinical"] == "the model of symptoms, margin and enlarged lymph nodes alone"
    unknown = replace(twelve, prediction=replace(twelve.prediction, inputs={}))
    note = front.inputs(unknown).parts[-1].text
    assert note.endswith(f"Clinical, Combined and {TWELFTH} need those that they read.")
