"""What the headers say of a CT is kept with the case, without a word about the patient."""

import dataclasses
import json
from pathlib import Path

import pytest
from fixtures.cases import ball_case, ball_mask
from fixtures.dicom_series import BORN, NAME, NUMBER, write_series
from ParotidClassifierCore.base.errors import UnreadableFileError, UsageError
from ParotidClassifierCore.case.ct import load_sourced_ct
from ParotidClassifierCore.case.loading import Case, load_case_folder
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.dicom.acquisition import acquisition_of
from ParotidClassifierCore.dicom.headers import read_header
from ParotidClassifierCore.dicom.source import Acquisition, Identity, SourceSeries, read_identity

TAGS = {
    "Manufacturer": "SIEMENS", "ManufacturerModelName": "SOMATOM Definition Flash", "KVP": "100",
    "SliceThickness": "5", "ConvolutionKernel": ["I30f", "3"], "ContrastBolusAgent": "Ultravist",
    "SeriesDescription": "Hals arteriell 5.0 I30f", "ProtocolName": "Hals venös",
    "ContrastBolusStartTime": "101459.5", "AcquisitionTime": "101527.0",
}  # fmt: skip
SAID = Acquisition(
    "SIEMENS", "SOMATOM Definition Flash", 100.0, 5.0, "I30f 3", "Ultravist", "arteriell",
    "series description", 27.5, "Hals", "series description",
)  # fmt: skip


def acquisition(folder, **tags):
    headers = [read_header(path) for path in sorted(write_series(folder, **tags).iterdir())]
    return acquisition_of(headers)


def test_everything_that_the_headers_say_is_read(tmp_path):
    assert acquisition(tmp_path, **TAGS | {"SliceThickness": "4.99999999999998"}) == SAID
    assert SAID.line == "SIEMENS SOMATOM Definition Flash, 100 kV, slices of 5 mm, kernel I30f 3"


def test_what_they_do_not_say_is_not_made_up(tmp_path):
    said = acquisition(tmp_path, SeriesDescription="", SliceThickness=None, KVP="")
    assert said == Acquisition()
    assert (said.line, said.facts()) == ("", {})


@pytest.mark.parametrize(
    ("tags", "agent"),
    [
        ({"ContrastBolusAgent": "NONE"}, None),
        ({"ContrastBolusAgent": "no contrast, ask Lovelace"}, None),
        ({"ContrastBolusAgent": "80 ml OMNIPAQUE 350 by Dr. Lovelace, 0123456"}, "OMNIPAQUE 350"),
        ({"ContrastBolusAgent": "Iomeprolum/Ultravist-370, Lovelace"}, "Iomeprol, Ultravist-370"),
        (
            {"SpecificCharacterSet": "ISO_IR 192", "ContrastBolusAgent": "王伟 碘海醇注射液"},
            "碘海醇",
        ),
        ({"ContrastBolusAgent": "KM i.v. Lovelace"}, ""),
        ({"ContrastBolusAgent": ""}, None),
        ({"ContrastBolusAgent": "", "ContrastBolusVolume": "80"}, ""),
        ({"ContrastBolusStartTime": "101459"}, ""),
        ({"ContrastBolusVolume": "0"}, None),
    ],
)
def test_a_contrast_agent_is_named_or_shown_by_its_use(tmp_path, tags, agent):
    assert acquisition(tmp_path, **tags).contrast_agent == agent


@pytest.mark.parametrize(
    ("injected", "scanned", "delay"),
    [
        ("101459", "101600", 61.0),
        ("101527", "101459", None),  # the clocks differ, or it is of another injection
        ("081500", "101459", None),
        ("235950", "000015", None),
        ("", "101459", None),
        ("no time", "101459", None),
    ],
)
def test_a_delay_is_told_where_the_times_can_be_one(tmp_path, injected, scanned, delay):
    told = acquisition(tmp_path, ContrastBolusStartTime=injected, AcquisitionTime=scanned)
    assert told.delay_s == delay


def dicom_case(folder, **tags):
    ct, source = load_sourced_ct(write_series(folder, **tags))
    return Case(ct, ball_mask(ct, 8.0), source=source)


def test_a_saved_case_tells_the_same_of_its_series_and_nothing_of_the_patient(tmp_path):
    case = dicom_case(tmp_path / "series", **TAGS)
    save_case_folder(tmp_path / "case", case)
    kept = load_case_folder(tmp_path / "case").source
    assert kept == dataclasses.replace(case.source, files=())
    for path in (tmp_path / "case").iterdir():
        content = path.read_bytes()
        assert not [w for w in (NAME, NUMBER, BORN, str(tmp_path)) if w.encode() in content]


def test_a_case_without_dicom_has_no_source_even_where_another_lay_before(tmp_path):
    save_case_folder(tmp_path / "case", dicom_case(tmp_path / "series"))
    assert (tmp_path / "case" / "source.json").exists()
    save_case_folder(tmp_path / "case", ball_case())
    assert load_case_folder(tmp_path / "case").source is None


@pytest.mark.parametrize(
    "content",
    [
        "[]", "{", "{}", '{"series_uid": 1, "study_uid": "1"}',
        '{"series_uid": "1", "study_uid": "1", "kvp": "120"}',
        '{"series_uid": "1", "study_uid": "1", "kvp": NaN}',
        '{"series_uid": "1", "study_uid": "1", "kernel": ["B30"]}',
        '{"series_uid": "1", "study_uid": "1", "frame_of_reference_uid": 3}',
    ],
)  # fmt: skip
def test_a_source_that_is_none_is_refused(tmp_path, content):
    save_case_folder(tmp_path, dicom_case(tmp_path / "series"))
    (tmp_path / "source.json").write_text(content)
    with pytest.raises(UnreadableFileError, match=r"source\.json") as refusal:
        load_case_folder(tmp_path)
    assert "Take it away" in refusal.value.remedy


def test_what_a_later_version_adds_to_a_source_is_left_aside(tmp_path):
    facts = SourceSeries((), "1.2.3", "1.2").facts() | {"gantry": "left"}
    assert SourceSeries.from_facts(json.loads(json.dumps(facts))).series_uid == "1.2.3"


def test_the_identity_is_read_when_it_is_asked_for(tmp_path):
    source = dicom_case(tmp_path).source
    assert read_identity(source) == Identity(NAME, NUMBER, "1815-12-10")


def test_an_identity_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(UsageError, match="not read from DICOM files"):
        read_identity(None)
    with pytest.raises(UsageError, match="not read from DICOM files"):
        read_identity(SourceSeries((), "1.2.3", "1.2"))
    with pytest.raises(UnreadableFileError, match="cannot be read any more"):
        read_identity(SourceSeries((Path(tmp_path / "gone.dcm"),), "1.2.3", "1.2"))
