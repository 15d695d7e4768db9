"""What the headers say is held against the study's protocol, in the header's own words."""

import pytest
from ParotidClassifierCore.case.acquisition_findings import acquisition_findings
from ParotidClassifierCore.dicom.header_words import Phase, phase_of, phase_words
from ParotidClassifierCore.dicom.source import Acquisition
from ParotidClassifierCore.imaging.findings import Severity

LIKE_THE_STUDY = Acquisition(
    "GE MEDICAL SYSTEMS", "Discovery CT750 HD", 120.0, 5.0, "STANDARD", "Omnipaque", "arterial",
    "series description", 27.0,
)  # fmt: skip


def finding(code, **facts):
    """Return the one finding of that code."""
    (found,) = [f for f in acquisition_findings(Acquisition(**facts)) if f.code == code]
    return found


def test_a_ct_made_as_the_study_did_is_in_order():
    assert {f.severity for f in acquisition_findings(LIKE_THE_STUDY)} == {Severity.OK}


@pytest.mark.parametrize(
    ("facts", "code", "severity", "words"),
    [
        ({"phase": "nativ", "phase_said_by": "series description"}, "phase_not_arterial",
         Severity.WARNING, "The series description says 'nativ', that is without contrast agent"),
        ({"phase": "portalvenös", "phase_said_by": "protocol name"}, "phase_not_arterial",
         Severity.WARNING, "The protocol name says 'portalvenös', that is the venous phase"),
        ({"phase": "arteriell"}, "phase_arterial",
         Severity.OK, "The header says 'arteriell', that is the arterial phase."),
        ({"phase": "post contrast"}, "phase_not_named", Severity.INFO, "but not the phase"),
        ({"phase": "arterial, venous"}, "phase_unclear", Severity.INFO, "not one phase"),
        ({}, "phase_not_named", Severity.INFO, "do not name the contrast phase"),
        ({"delay_s": 28.0}, "delay_arterial", Severity.OK, "28 s after the injection."),
        ({"delay_s": 70.0}, "delay_not_arterial", Severity.WARNING, "70 s after the injection"),
        ({}, "no_contrast_agent_named", Severity.WARNING, "name no contrast agent"),
        ({"phase": "arterial"}, "no_contrast_agent_named", Severity.INFO, "the phase tells of one"),
        ({"contrast_agent": ""}, "contrast_agent", Severity.OK, "contrast agent was given"),
        ({"kvp": 80.0}, "tube_voltage_unlike_study", Severity.WARNING, "was 80 kV"),
        ({"slice_thickness_mm": 7.5}, "section_thickness_unlike_study", Severity.WARNING, "7.5 mm"),
        ({"manufacturer": "Philips", "model": "iCT"}, "scanner_unlike_study",
         Severity.INFO, "Philips iCT, which the study did not use"),
    ],
)  # fmt: skip
def test_what_is_unlike_the_study_is_said(facts, code, severity, words):
    found = finding(code, **facts)
    assert found.severity is severity
    assert words in found.message


def test_a_plain_ct_is_not_told_twice_that_it_lacks_contrast():
    codes = [f.code for f in acquisition_findings(Acquisition(phase="native"))]
    assert codes == ["phase_not_arterial"]


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("Neck ART 1.0", Phase.ARTERIAL),
        ("HALS_SPÄTARTERIELL", Phase.ARTERIAL),
        ("Cou artérielle 1mm", Phase.ARTERIAL),
        ("collo fase arteriosa", Phase.ARTERIAL),
        ("颈部增强 动脉期", Phase.ARTERIAL),
        ("Hals portalvenös", Phase.VENOUS),
        ("Cuello venosa", Phase.VENOUS),
        ("delayed 3 min", Phase.DELAYED),
        ("NECK W/O CONTRAST", Phase.PLAIN),
        ("ART30S", Phase.ARTERIAL),
        ("Neck_C+_1.0", Phase.ENHANCED),
        ("Neck C-", Phase.PLAIN),
        ("post-contrast delayed", Phase.DELAYED),
        ("Neck non-contrast", Phase.PLAIN),
        ("collo senza mdc", Phase.PLAIN),
        ("Hals ohne KM", Phase.PLAIN),
        ("Cou sans injection", Phase.PLAIN),
        ("颈部平扫", Phase.PLAIN),
        ("Neck C+", Phase.ENHANCED),
        ("Neck with contrast", Phase.ENHANCED),
        ("arterial and venous", None),
        ("NECK W AND WO CONTRAST", None),
        ("mit und ohne KM", None),
        ("C-spine 2.0", None),
        ("Cart holder, party", None),
        ("", None),
    ],
)
def test_the_phase_is_read_from_words_in_several_languages(text, phase):
    assert phase_of(text) is phase
    words = ", ".join(word for _, word in phase_words(text))
    assert phase_of(words) is phase


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Hals PORTALVENÖS 3.0", "PORTALVENÖS"),
        ("Neck W/O  Contrast", "W/O  Contrast"),
        ("Straße, spätarteriell", "spätarteriell"),
        ("颈部增强 动脉期", "动脉期"),
    ],
)
def test_the_word_is_repeated_as_the_header_has_it(text, word):
    assert [said for _, said in phase_words(text)] == [word]
