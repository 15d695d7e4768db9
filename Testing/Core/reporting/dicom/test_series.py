"""One export can be told from the next in an archive."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from fixtures.answers import in_domain
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.dicom.writing import REPORT, SEGMENTATION, series_attributes

WHEN = datetime(2026, 11, 29, 14, 3, 21, tzinfo=timezone.utc)
NUMBER, DESCRIPTION = "series_number", "series_description"


@pytest.fixture
def answering(answered):
    """Return a way to have one model alone answer."""

    def with_(model, probability):
        models = {
            name: replace(result, probability=None, unavailable="why")
            for name, result in answered.prediction.models.items()
        }
        models[model] = replace(models[model], probability=probability, unavailable=None)
        return replace(answered, prediction=replace(answered.prediction, models=models))

    return with_


def test_the_description_tells_the_answer_its_time_and_that_it_is_research(answering):
    series = series_attributes(answering("Combined", 0.368).view, WHEN, REPORT)
    assert series[DESCRIPTION] == "Parotid research: Combined 37 % 2026-11-29 14:03"


@pytest.mark.parametrize("model", shen2026().models)
def test_every_answer_fits_into_a_description(answering, model):
    assert len(series_attributes(answering(model, 0.999).view, WHEN, REPORT)[DESCRIPTION]) <= 64


def test_without_an_answer_the_time_is_left(answering):
    series = series_attributes(answering("Combined", None).view, WHEN, REPORT)
    assert series[DESCRIPTION] == "Parotid research: 2026-11-29 14:03"


def test_of_a_case_outside_the_description_says_so(answering):
    outside = in_domain(answering("Combined", 0.368), DomainStatus.OUTSIDE, "slices 9 mm apart")
    series = series_attributes(outside.view, WHEN, REPORT)
    assert series[DESCRIPTION] == "Parotid research: unlike training cases 2026-11-29 14:03"
    asked = replace(outside, show_outside=True)
    series = series_attributes(asked.view, WHEN, REPORT)
    assert series[DESCRIPTION] == "Parotid research: unlike training cases, 37 % 2026-11-29 14:03"
    extreme = in_domain(answering("Combined", 0.999), DomainStatus.OUTSIDE, "slices 9 mm apart")
    series = series_attributes(replace(extreme, show_outside=True).view, WHEN, REPORT)
    assert len(series[DESCRIPTION]) <= 64


def test_of_a_case_at_the_edge_or_that_cannot_be_told_the_description_says_so(answering):
    edge = in_domain(answering("Combined", 0.999), DomainStatus.BORDERLINE, "slices 9 mm apart")
    series = series_attributes(edge.view, WHEN, REPORT)
    assert series[DESCRIPTION] == "Parotid research: edge of training, > 99 % 2026-11-29 14:03"
    models = edge.prediction.models
    doubtful = replace(models["Combined"], probability=0.4, answer="indeterminate",
                       answer_limits=(0.1, 0.5), no_answer=None)  # fmt: skip
    changed = replace(edge.prediction, models=models | {"Combined": doubtful})
    series = series_attributes(replace(edge, prediction=changed).view, WHEN, REPORT)
    assert series[DESCRIPTION] == "Parotid research: cannot tell, 40 % 2026-11-29 14:03"


def test_exports_of_other_minutes_and_the_two_series_of_one_have_other_numbers(answered):
    numbers = {
        series_attributes(answered.view, when, which)[NUMBER]
        for when in (WHEN, WHEN.replace(minute=4), WHEN.replace(month=1))
        for which in (SEGMENTATION, REPORT)
    }
    assert len(numbers) == 6
    assert max(numbers) < 2**31


def test_both_objects_carry_what_their_series_is_called(written, answered):
    for made, which in ((written.segmentation, SEGMENTATION), (written.report, REPORT)):
        told = datetime.strptime(made.SeriesDate + made.SeriesTime + "+0000", "%Y%m%d%H%M%S.%f%z")
        series = series_attributes(answered.view, told, which)
        assert (made.SeriesNumber, made.SeriesDescription) == (series[NUMBER], series[DESCRIPTION])
        assert (made.ContentDate, made.ContentTime) == (made.SeriesDate, made.SeriesTime)
    assert written.report.SeriesTime == written.segmentation.SeriesTime
