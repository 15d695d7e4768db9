"""A header that names another part of the body than head or neck is heard before the number."""

import pytest
from fixtures.dicom_series import write_series
from ParotidClassifierCore.case.acquisition_findings import acquisition_findings
from ParotidClassifierCore.dicom.acquisition import acquisition_of
from ParotidClassifierCore.dicom.header_words import is_elsewhere, is_known
from ParotidClassifierCore.dicom.headers import read_header
from ParotidClassifierCore.imaging.findings import first_ones_first, warning
from pydicom import Dataset


@pytest.mark.parametrize(
    "words",
    [
        "HEAD", "NECK", "HEADNECK", "SKULL", "NECKCHESTABDOMEN", "CSPINE", "PAROTID", "EAR",
        "WHOLEBODY", "Hals/Thorax", "SCHÄDEL", "头颈部", "Tête et cou", "Head and Neck", "JAW",
    ],
)  # fmt: skip
def test_head_and_neck_are_known_in_several_languages(words):
    assert is_known(words)
    assert not is_elsewhere(words)


@pytest.mark.parametrize(
    "words",
    [
        "EXTREMITY", "CHEST", "HEART", "ABDOMEN", "CHESTABDPELVIS", "LEG", "HAND", "LEFTKNEE",
        "LSPINE", "Becken", "THORAX", "torace", "膝关节", "LOWER_EXTREMITY", "HIP", "BREAST",
    ],
)  # fmt: skip
def test_other_parts_are_known_too(words):
    assert is_elsewhere(words)


@pytest.mark.parametrize(
    "words",
    [
        "", "UNKNOWN", "BODY", "SPINE", "Behandlung", "Rochester", "delivery", "pharma", "ART 1.0",
        "colleague", "ship", "College", "arterial",
    ],
)  # fmt: skip
def test_what_is_unknown_says_nothing(words):
    assert not is_known(words)


def said(folder, **tags):
    tags = {"SeriesDescription": "arterial", **tags}
    headers = [read_header(path) for path in sorted(write_series(folder, **tags).iterdir())]
    acquisition = acquisition_of(headers)
    codes = {finding.code for finding in acquisition_findings(acquisition)}
    return acquisition.body_part, codes & {"body_part", "other_body_part"}


@pytest.mark.parametrize(
    ("tags", "part", "code"),
    [
        ({"BodyPartExamined": "EXTREMITY"}, "EXTREMITY", "other_body_part"),
        ({"BodyPartExamined": "CHEST", "ProtocolName": "Neck"}, "CHEST", "other_body_part"),
        ({"BodyPartExamined": "NECK", "ProtocolName": "Thorax"}, "NECK", "body_part"),
        ({"BodyPartExamined": "DEFAULT", "ProtocolName": "CT Abdomen 5 mm"}, "Abdomen",
         "other_body_part"),
        ({"SeriesDescription": "Thorax 1.0", "StudyDescription": "CT Hals, Thorax"}, "Hals",
         "body_part"),
        ({"BodyPartExamined": "DEFAULT"}, None, None),
        ({}, None, None),
    ],
)  # fmt: skip
def test_the_header_is_held_against_head_and_neck(tmp_path, tags, part, code):
    assert said(tmp_path, **tags) == (part, {code} - {None})


def test_a_coded_region_counts(tmp_path):
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator = "72696002", "SCT"
    region.CodeMeaning = "Knee"
    assert said(tmp_path, AnatomicRegionSequence=[region]) == ("Knee", {"other_body_part"})


def test_it_stands_before_what_else_was_found():
    other = warning("noisy", "A noisy scan.")
    first = warning("other_body_part", "The header says 'KNEE'.")
    assert first_ones_first((other, first)) == (first, other)
