"""What the name of an outline says of what was taken as the tumour."""

import pytest
from fixtures.cases import ball_case
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.outline_names import name_finding
from ParotidClassifierCore.imaging.origin import Origin, with_origin

OTHERS = (
    "Parotid_L", "LeftParotid", "parotid_gland_left", "Gl. parotis", "Ohrspeicheldrüse", "腮腺",
    "SpinalCord", "Rückenmark", "Mandible", "Body", "lymph node 2", "Lymphknoten", "淋巴结", "GTVn",
    "GTV_LN", "PTV", "ctv_60", "Ring2mm", "Tumor ring", "Tumor周围", "normal tissue",
)  # fmt: skip
TUMOURS = (
    "Tumor", "tumour 1", "GTVp", "肿瘤", "Tumor旧", "Läsion", "lesion", "Mass", "Segment_1",
    "ROI-1", "1", "", "x", "left", "String", "nodule", "Lymphoma", "Warthin", "left parotid mass",
    "腮腺肿瘤", "Speicheldrüsentumor", "PleomorphicAdenoma",
)  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_the_name_of_another_thing_is_a_finding(name):
    found = name_finding(Origin("ROI", name))
    assert found.code == "outline_named_otherwise"
    assert repr(name) in found.message


@pytest.mark.parametrize("name", TUMOURS)
def test_the_name_of_a_tumour_or_of_nothing_is_none(name):
    assert name_finding(Origin("segment", name)) is None


def test_the_name_and_what_was_left_out_are_findings_of_the_case():
    case = ball_case()
    assert not {"outline_named_otherwise"} & {f.code for f in prepare(case, PROTOCOL).findings}
    note = name_finding(Origin("ROI", "Ring"))
    with_origin(case.tumor, Origin("ROI", "Parotid_L", (note,)))
    found = [f.message for f in prepare(case, PROTOCOL).findings if f.code == note.code]
    assert len(found) == 2


def test_a_very_long_name_is_cut():
    found = name_finding(Origin("ROI", "Parotid " + "x" * 5000))
    assert len(found.message) < 250
