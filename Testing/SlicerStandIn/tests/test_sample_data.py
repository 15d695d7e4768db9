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


def test_a_source_is_found_by_its_name_and_its_category(logic):
    logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=print, **LISTS)
    source = logic.sourceForSampleName("Case")
    assert source.sampleDescription == "Case"
    assert logic.categoryForSource(source) == "Mine"
    assert logic.sampleDataSourcesByCategory("Mine") == [source]
    assert slicer.modules.sampleDataSources["Mine"] == [source]
    assert logic.isSampleDataSourceRegistered("Mine", source)
    assert logic.sourceForSampleName("Other") is None


def test_registering_twice_keeps_one(logic):
    for _ in range(2):
        logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=print, **LISTS)
    assert len(logic.sampleDataSourcesByCategory("Mine")) == 1


def test_a_category_may_have_a_title(logic):
    logic.registerCustomSampleDataCategory("Mine", "My samples")
    assert logic.categoryTitle("Mine") == "My samples"
    assert logic.categoryTitle("Other") == "Other"


def test_the_button_calls_the_sources_own_downloader_with_the_source(logic):
    asked = []
    logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=asked.append, **LISTS)
    SampleData.press_button("Case")
    assert [source.sampleName for source in asked] == ["Case"]


def test_downloading_by_name_does_not_ask_the_sources_own_downloader(logic):
    logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=pytest.fail, **LISTS)
    assert logic.downloadSamples("Case") == []
    assert logic.downloadSamples("Other") == []


def test_sources_without_lists_are_refused_as_slicer_refuses_them(logic):
    with pytest.raises(TypeError):
        logic.registerCustomSampleDataSource("Mine", "Case", customDownloader=print)


def test_lists_of_different_lengths_are_refused(logic):
    with pytest.raises(ValueError, match="same length"):
        logic.registerCustomSampleDataSource(
            "Mine", "Case", uris=["a", "b"], fileNames=["a"], nodeNames=["a", "b"]
        )


def test_one_file_may_be_given_without_lists(logic):
    logic.registerCustomSampleDataSource(
        "Mine", "Case", uris="https://example.org/a", fileNames="a.nrrd", nodeNames="a"
    )
    assert logic.sourceForSampleName("Case").fileNames == ["a.nrrd"]


def test_nothing_is_downloaded(logic):
    logic.registerCustomSampleDataSource(
        "Mine", "Case", uris="https://example.org/a", fileNames="a.nrrd", nodeNames="a"
    )
    with pytest.raises(NotModelled):
        SampleData.downloadSample("Case")
