"""What a bundle of an earlier version says of a case: no more than it can know, and why."""

import html
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures.answers import ALL_KNOWN, LABELS, made_answer
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.models.answers import limits_of
from ParotidClassifierCore.reporting.case.writing import document_of
from ParotidClassifierCore.reporting.figures.canvas import one_style
from ParotidClassifierCore.reporting.page import rendered

EARLIER = Path(__file__).parents[2] / "Data" / "schema-3-bundle"
NO_INTERVAL = "No interval: this model is of an earlier version, which had none or too narrow ones."
NO_DOMAIN = (
    "Whether this case is like the training cases is not known: this model is of an earlier "
    "version, which held no applicability domain."
)


@pytest.fixture(scope="module")
def answered():
    return made_answer(load_bundle(EARLIER), ALL_KNOWN)


def test_it_answers_by_its_out_of_fold_probabilities(answered):
    """They were honest: each from a whole pipeline, network included, without the case's fold."""
    limits = limits_of(answered.bundle.reference.scores["Clinical"])
    first = answered.prediction.models["Clinical"]
    assert first.answer == limits.answer(first.probability)
    assert first.answer_limits == limits


def test_it_says_what_it_does_not_know_wherever_a_case_is_told_of(answered):
    text = answered.text()
    with one_style():
        document = document_of(replace(answered, report=LABELS))
        page = html.unescape(rendered("case.html.j2", document=document, banner=document.banner))
    for told in (NO_INTERVAL, NO_DOMAIN):
        assert text.count(told) == 1
        assert told in page
    stored = answered.as_dict()
    for result in stored["models"].values():
        assert "interval" not in result
        assert "unavailable" in result or f"No interval: {result['no_interval']}." == NO_INTERVAL
    domain = stored["applicability"]["domain"]
    assert (domain["status"], domain["p"], domain["sentence"]) == ("unknown", None, NO_DOMAIN)


def test_bundle_info_says_it_before_the_card(capsys):
    assert main(["bundle", "info", str(EARLIER)]) == 0
    assert capsys.readouterr().out.startswith("> **Made by an earlier version.** ")
    assert main(["bundle", "info", str(EARLIER), "--json"]) == 0
    assert "earlier version" in json.loads(capsys.readouterr().out)["lacking"][0]
