"""What the headers of a CT say about whether it was made as the study's CTs were.

The study: arterial phase, 25 to 30 s after the injection, sections of 5 mm, 100 or 120 kV, three
scanners (Shen et al. 2026, see `published`). Nothing is guessed: a finding repeats the header.
"""

from ..dicom.header_words import Phase, is_elsewhere, phase_of
from ..dicom.source import Acquisition
from ..imaging.findings import OTHER_BODY_PART, QualityFinding, info, ok, warning
from ..protocol.published import ARTERIAL_DELAY_S, KVP, SCANNERS, SECTION_MM

# Clock times of injector and scanner differ, and the first slice is not the neck's.
_DELAY_MARGIN_S = 10.0
_UNSPECIFIED = "US"  # of Rescale Type
_STUDY_SCANNERS = frozenset(name.casefold() for name in SCANNERS)
_MEANING = {
    Phase.PLAIN: "without contrast agent",
    Phase.ARTERIAL: "the arterial phase",
    Phase.VENOUS: "the venous phase",
    Phase.DELAYED: "a delayed phase",
    Phase.ENHANCED: "with contrast agent",
}


def acquisition_findings(acquisition: Acquisition) -> list[QualityFinding]:
    """Return what the headers say of how a CT was made, as far as they do."""
    told = (
        (_body_part, acquisition.body_part),
        (_units, acquisition.units),
        (_compression, acquisition.lossy),
        (_phase, True),
        (_contrast, True),
        (_voltage, acquisition.kvp),
        (_thickness, acquisition.slice_thickness_mm),
        (_scanner, acquisition.scanner),
    )
    found = (check(acquisition) for check, fact in told if fact is not None)
    return [finding for finding in found if finding is not None]


def _body_part(acquisition: Acquisition) -> QualityFinding:
    part = acquisition.body_part
    told = f"The {acquisition.body_part_said_by or 'header'} says '{part}'"
    if not is_elsewhere(part):
        return ok("body_part", f"{told}.")
    return warning(
        OTHER_BODY_PART,
        f"{told}, neither head nor neck: if that is so, no tumour of the parotid gland is outlined "
        "and the probability means nothing.",
    )


def _units(acquisition: Acquisition) -> QualityFinding:
    units = acquisition.units
    if not units:
        return warning(
            "no_rescaling",
            "The headers do not say how the stored values become HU (no rescale slope and "
            "intercept): they were taken as HU.",
        )
    told = f"By the headers, the unit of the values is '{units}', not HU"
    if units.upper() == _UNSPECIFIED:
        return info("units_unspecified", f"{told}: it is not specified, and was taken as HU.")
    return warning("units_not_hu", f"{told}: they were taken as HU.")


def _compression(acquisition: Acquisition) -> QualityFinding:
    return warning(
        "lossy_compression",
        f"The CT was compressed with loss ({acquisition.lossy}): HU and texture may not be those "
        "that were scanned; use the original where there is one.",
    )


def _phase(acquisition: Acquisition) -> QualityFinding:
    low, high = ARTERIAL_DELAY_S
    study = f"the study used the arterial phase, {low:.0f} to {high:.0f} s after the injection"
    if acquisition.phase is not None:
        return _named_phase(acquisition, study)
    if acquisition.delay_s is None:
        return info(
            "phase_not_named", f"The headers do not name the contrast phase; {study}: check it."
        )
    told = f"By the headers' times, the scan began {acquisition.delay_s:.0f} s after the injection"
    if low - _DELAY_MARGIN_S <= acquisition.delay_s <= high + _DELAY_MARGIN_S:
        return ok("delay_arterial", f"{told}.")
    return warning("delay_not_arterial", f"{told}; {study}.")


def _named_phase(acquisition: Acquisition, study: str) -> QualityFinding:
    phase = phase_of(acquisition.phase)
    told = f"The {acquisition.phase_said_by or 'header'} says '{acquisition.phase}'"
    if phase is None:
        return info("phase_unclear", f"{told}, which is not one phase; {study}: check it.")
    same = phase.value == acquisition.phase.casefold()
    told += "" if same else f", that is {_MEANING[phase]}"
    if phase is Phase.ARTERIAL:
        return ok("phase_arterial", f"{told}.")
    if phase is Phase.ENHANCED:
        return info("phase_not_named", f"{told}, but not the phase; {study}: check it.")
    return warning("phase_not_arterial", f"{told}; {study}.")


def _contrast(acquisition: Acquisition) -> QualityFinding | None:
    if acquisition.contrast_agent:
        return ok("contrast_agent", f"Contrast agent: {acquisition.contrast_agent}.")
    if acquisition.contrast_agent is not None:
        return ok("contrast_agent", "The headers say that contrast agent was given.")
    phase = phase_of(acquisition.phase)
    if phase is Phase.PLAIN:
        return None  # said already
    told = "The headers name no contrast agent"
    if phase is not None:
        return info("no_contrast_agent_named", f"{told}; the phase tells of one.")
    return warning(
        "no_contrast_agent_named",
        f"{told}; the method needs a contrast-enhanced CT: look whether the vessels are bright.",
    )


def _voltage(acquisition: Acquisition) -> QualityFinding:
    kvp, (low, high) = acquisition.kvp, KVP
    if low <= kvp <= high:
        return ok("tube_voltage", f"Tube voltage {kvp:g} kV, within those of the study.")
    return warning(
        "tube_voltage_unlike_study",
        f"The tube voltage was {kvp:g} kV; the study used {low:g} and {high:g} kV, and the HU of "
        "contrast agent depend on it.",
    )


def _thickness(acquisition: Acquisition) -> QualityFinding:
    thickness_mm = acquisition.slice_thickness_mm
    if thickness_mm <= SECTION_MM:
        return ok("section_thickness", f"Slices are {thickness_mm:g} mm thick.")
    return warning(
        "section_thickness_unlike_study",
        f"Slices are {thickness_mm:g} mm thick; the study's were {SECTION_MM:g} mm.",
    )


def _scanner(acquisition: Acquisition) -> QualityFinding:
    scanner = acquisition.scanner
    if acquisition.model is not None and acquisition.model.casefold() in _STUDY_SCANNERS:
        return ok("scanner", f"Scanner: {scanner}, as in the study.")
    return info("scanner_unlike_study", f"Scanner: {scanner}, which the study did not use.")
