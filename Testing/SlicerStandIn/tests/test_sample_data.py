"""SampleData keeps the sources that modules register, and presses their buttons."""

import pytest
import slicer
from SlicerStandIn.application import start
from SlicerStandIn.failures import NotModelled

start()

import SampleData  # noqa: E402

LISTS = {"uris": [], "fileNames": [], "nodeNames": []}


@pytest.fixture
def logic(monkeypatch):
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    monkeypatch.setattr(slicer.modules, "sampleDataSourceCategories", {}, raising=False)
    return SampleData.SampleDataLogic()


def test_second_registration_is_one(logic):
    for _ in range(2):
        logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=print, **LISTS)
    assert len(logic.sampleDataSourcesByCategory("Mine")) == 1


def test_names_ask_no_downloader(logic):
    logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=pytest.fail, **LISTS)
    assert logic.downloadSamples("Case") == []
    assert logic.downloadSamples("Other") == []


def test_missing_lists_are_refused(logic):
    with pytest.raises(TypeError):
        logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=print)


def test_unequal_lists_are_refused(logic):
    with pytest.raises(ValueError, match="same length"):
        logic.registerCustomSampleDataSource(
            "Mine", "Case", uris=["a", "b"], fileNames=["a"], nodeNames=["a", "b"]
        )


def test_nothing_is_downloaded(logic):
    logic.registerCustomSampleDataSource(
        "Mine", "Case", uris="https://example.org/a", fileNames="a.nrrd", nodeNames="a"
    )
    with pytest.raises(NotModelled):
        SampleData.downloadSample("Case")
