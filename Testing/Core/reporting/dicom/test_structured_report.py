"""Measurements and probabilities as a TID 1500 report, looked at item by item with pydicom."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest
from fixtures.answers import in_domain, with_verdict
from fixtures.protocols import changed_protocol
from fixtures.regions import REGIONS
from ParotidClassifierCore.imaging.findings import (
    OTHER_BODY_PART,
    max_axial_diameter_mm,
    warning,
)
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.protocol import (
    PAROTID_GLAND,
    network_column,
    protocol_from,
    shen2026,
)
from ParotidClassifierCore.reporting.dicom.structured_report import (
    RESEARCH_USE,
    comments,
    evaluations,
    measurements,
)
from ParotidClassifierCore.reporting.dicom.writing import write_dicom

from .conftest import FINDINGS, INTERVAL

PROBABILITY = ("111047", "DCM")
IBSI_OF_THE_BUNDLE = {"QCFX": "original_shape_Sphericity", "Q4LE": "original_firstorder_Mean"}


def code(item):
    value = item.get("CodeValue") or item.get("LongCodeValue")
    return value, item.CodingSchemeDesignator


def name(item):
    return code(item.ConceptNameCodeSequence[0])


def children(item, kind=None):
    return [c for c in item.get("ContentSequence", []) if kind in (None, c.ValueType)]


def number(item):
    value = item.MeasuredValueSequence[0]
    return value.FloatingPointValue, value.MeasurementUnitsCodeSequence[0].CodeValue


def texts(item, wanted):
    return [c.TextValue for c in children(item, "TEXT") if name(c) == (wanted, "DCM")]


def group(report, region):
    measured = next(c for c in children(report) if name(c) == ("126010", "DCM"))
    return children(measured)[REGIONS.index(region)]


def numbers(report, region):
    """Return by code the value and the unit of the numbers of a region, probabilities apart."""
    items = [c for c in children(group(report, region), "NUM") if name(c) != PROBABILITY]
    found = {name(c): number(c) for c in items}
    assert len(found) == len(items)
    return found


def probabilities(report):
    """Return by model the items of the probabilities."""
    items = [c for c in children(group(report, "Tumor"), "NUM") if name(c) == PROBABILITY]
    return {texts(c, "111001")[0].partition(": ")[2]: c for c in items}


@pytest.mark.parametrize("region", REGIONS)
def test_volume_and_mean_density_are_those_of_the_outline(written, answered, region):
    grid = answered.prepared.grid
    mask, found = grid.mask(region), numbers(written.report, region)
    assert found["118565006", "SCT"] == (mask.sum(), "mm3")
    mean = pytest.approx(np.mean(grid.ct[mask]))
    assert found["112031", "DCM"] == (mean, "[hnsf'U]")


def test_the_gland_is_not_named_where_the_ct_shows_another_place(answered, tmp_path):
    told = warning(OTHER_BODY_PART, "The body part examined says 'KNEE'.")
    findings = (*answered.prediction.findings, told)
    elsewhere = replace(answered, prediction=replace(answered.prediction, findings=findings))
    for found, is_named in ((answered, True), (elsewhere, False)):
        folder = tmp_path / str(is_named)
        folder.mkdir()
        write_dicom(folder, found, found.dicom_sources)
        for file in folder.glob("*.dcm"):
            assert (PAROTID_GLAND[0] in str(pydicom.dcmread(file))) == is_named


def test_the_tumour_alone_has_a_largest_axial_diameter(written, answered):
    diameter = max_axial_diameter_mm(answered.prepared.grid.tumor)
    assert numbers(written.report, "Tumor")["103339001", "SCT"] == (pytest.approx(diameter), "mm")
    assert ("103339001", "SCT") not in numbers(written.report, "External2")


@pytest.mark.parametrize("region", REGIONS)
def test_a_group_refers_to_its_segment_by_number_and_by_tracking_uid(written, region):
    made, items = written.segmentation, children(group(written.report, region))
    segment = made.SegmentSequence[REGIONS.index(region)]
    image = next(c for c in items if c.ValueType == "IMAGE").ReferencedSOPSequence[0]
    assert image.ReferencedSOPInstanceUID == made.SOPInstanceUID
    assert image.ReferencedSegmentNumber == segment.SegmentNumber
    uids = {name(c)[0]: c.UID for c in items if c.ValueType == "UIDREF"}
    assert uids["112040"] == segment.TrackingUID
    assert uids["121232"] == "1.2.3"


@pytest.mark.parametrize("region", REGIONS)
def test_features_of_the_original_image_have_ibsi_codes_and_those_of_filtered_ones_our_own(
    written, answered, region
):
    found, features = numbers(written.report, region), answered.prediction.features
    for ibsi, feature in IBSI_OF_THE_BUNDLE.items():
        value, unit = found[ibsi, "IBSI"]
        assert value == features[f"{region}_{feature}"]
        assert unit == ("1" if ibsi == "QCFX" else "[hnsf'U]")
    for feature in ("wavelet-LLH_glcm_Contrast", "lbp-3D-m1_firstorder_Mean"):
        assert found[feature, "99PAROTID"] == (features[f"{region}_{feature}"], "1")
    assert len([c for c in found if c[1] in ("IBSI", "99PAROTID") and ":" not in c[0]]) == 4


def test_what_the_network_says_is_of_the_tumour(written, answered):
    found = numbers(written.report, "Tumor")
    for column in map(network_column, shen2026().network_heads):
        assert found[column, "99PAROTID"] == (answered.prediction.features[column], "1")


def test_every_model_has_its_probability_with_bundle_version_hash_and_threshold(written, answered):
    found = probabilities(written.report)
    assert list(found) == list(shen2026().models)
    for model, item in found.items():
        probability = answered.prediction.models[model].probability
        assert number(item) == (pytest.approx(100 * probability, rel=1e-12), "%")
        assert texts(item, "111001") == [f"made: {model}"]
        assert texts(item, "111003") == [written.report.SoftwareVersions]
        parameters = texts(item, "111002")
        assert f"bundle hash: {answered.bundle.bundle_hash}" in parameters
        assert "threshold: 40 %" in parameters


def test_the_interval_is_given_as_what_lies_below_and_above_the_probability(written, answered):
    item = probabilities(written.report)["Combined"]
    probability = answered.prediction.models["Combined"].probability
    ranges = {name(c)[0]: number(c) for c in children(item, "NUM")}
    low, high = INTERVAL
    assert ranges["371886008"] == (pytest.approx(100 * (high - probability)), "%")
    assert ranges["371885007"] == (pytest.approx(100 * (probability - low)), "%")
    assert "95 % interval: 6 % to 94 %" in texts(item, "111002")
    assert not children(probabilities(written.report)["Clinical"], "NUM")


def test_calls_and_clinical_findings_are_told_in_words_and_in_codes_of_our_own(written, answered):
    items = children(group(written.report, "Tumor"), "CODE")
    told = {name(c): c.ConceptCodeSequence[0].CodeMeaning for c in items}
    calls = {f"call:{m}": r.call for m, r in answered.prediction.models.items()}
    own = {value: word for (value, scheme), word in told.items() if scheme == "99PAROTID"}
    assert own == {**calls, **FINDINGS, "domain": "unknown"}


def test_each_answer_has_a_code(answered):
    found = evaluations(with_verdict(answered, "indeterminate"))
    told = {item.name.value: item.value for item in found}
    for model in answered.prediction.models:
        answer = told[f"answer:{model}"]
        assert (answer.value, answer.meaning) == ("answer:indeterminate", "indeterminate")


@pytest.mark.parametrize("status", [DomainStatus.BORDERLINE, DomainStatus.OUTSIDE])
def test_the_domain_is_a_code_and_a_comment(answered, status):
    found = in_domain(answered, status, "slices 9 mm apart")
    told = {item.name.value: item.value.meaning for item in evaluations(found)}
    assert told["domain"] == status.value
    assert any("lices 9 mm apart" in comment for comment in comments(found))


def test_the_radiomics_engine_is_a_comment(answered):
    assert answered.view.measured_by.startswith("The radiomic features were measured by")
    assert answered.view.measured_by in comments(answered)


def test_a_case_outside_has_no_probability(answered, tmp_path):
    found = in_domain(with_verdict(answered, "benign"), DomainStatus.OUTSIDE, "slices 9 mm apart")
    write_dicom(tmp_path, found, answered.dicom_sources)
    made = pydicom.dcmread(tmp_path / "report.dcm")
    flags = made.CompletionFlag, made.CompletionFlagDescription
    assert flags == ("PARTIAL", "No answer: this case is unlike the training cases.")
    assert probabilities(made) == {}
    codes = [name(c)[0] for c in children(group(made, "Tumor"))]
    assert not [code for code in codes if code.startswith(("call:", "answer:", "network:"))]
    told = [c.TextValue for c in children(made, "TEXT")]
    assert {flags[1], "Slices 9 mm apart."} <= set(told)


def test_findings_are_those_of_the_protocol(answered):
    content = changed_protocol("skin-infiltration").as_json()
    content["models"]["Clinical"]["clinical"] += ["age_years"]
    protocol = protocol_from(content)
    record = protocol.record({"skin_infiltration": "with", "age_years": 61, "sex": "male"})
    bundle = replace(answered.bundle, protocol=protocol)
    told = replace(answered, case=replace(answered.case, record=record), bundle=bundle)
    words = {item.name.value: item.value.meaning for item in evaluations(told)}
    assert words["skin_infiltration"] == "with"
    assert words["margin"] == "unknown"
    assert not {"sex", "age_years"} & set(words)
    (age,) = (item for item in measurements(told, "Tumor") if item.name.value == "age_years")
    assert (age.value, age.unit.meaning) == (61.0, "years")


def test_research_use_and_the_banner_stand_above_the_numbers(written, answered):
    items = children(written.report)
    told = [c.TextValue for c in items if name(c) == ("121106", "DCM")]
    assert told[:2] == [RESEARCH_USE, answered.view.bundle_line]
    assert name(items[-1]) == ("126010", "DCM")


def test_a_report_that_lacks_a_model_is_partial_and_says_why(answered, tmp_path):
    models = dict(answered.prediction.models)
    why = "margin is unknown"
    for name in ("Clinical", "Combined"):
        models[name] = replace(models[name], probability=None, unavailable=why)
    lacking = replace(answered, prediction=replace(answered.prediction, models=models))
    write_dicom(tmp_path, lacking, answered.dicom_sources)
    made = pydicom.dcmread(tmp_path / "report.dcm")
    flags = made.CompletionFlag, made.CompletionFlagDescription
    assert flags == ("PARTIAL", "Without Clinical, Combined")
    assert probabilities(made).keys().isdisjoint({"Clinical", "Combined"})
    told = [c.TextValue for c in children(made, "TEXT")]
    assert "Clinical and Combined are not available: margin is unknown." in told


def test_its_evidence_is_every_slice_of_the_ct_and_the_segmentation(written):
    made = written.report
    evidence = [*made.CurrentRequestedProcedureEvidenceSequence]
    evidence += made.get("PertinentOtherEvidenceSequence", [])
    instances = {
        image.ReferencedSOPInstanceUID
        for study in evidence
        for series in study.ReferencedSeriesSequence
        for image in series.ReferencedSOPSequence
    }
    slices = {f"1.2.3.{k}" for k in range(1, 17)}
    assert instances == {written.segmentation.SOPInstanceUID, *slices}
    studies = {"1.2", written.segmentation.StudyInstanceUID}
    assert {study.StudyInstanceUID for study in evidence} == studies
