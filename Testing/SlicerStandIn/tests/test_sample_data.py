"""SampleData keeps the sources that modules register."""

import pytest
import SampleData
import slicer

LISTS = {"uris": [], "fileNames": [], "nodeNames": []}


@pytest.fixture
def logic(monkeypatch):
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    return SampleData.SampleDataLogic()


def register(logic, **told):
    logic.registerCustomSampleDataSource(category="Mine", sampleName="Case", **told)


def test_second_registration_is_one(logic):
    for _ in range(2):
        register(logic, customDownloader=print, **LISTS)
    assert len(logic.sampleDataSourcesByCategory("Mine")) == 1


def test_missing_lists_are_refused(logic):
    with pytest.raises(TypeError):
        register(logic, customDownloader=print)


def test_unequal_lists_are_refused(logic):
    with pytest.raises(ValueError, match="same length"):
        register(logic, uris=["a", "b"], fileNames=["a"], nodeNames=["a", "b"])
