"""Read from its DICOM headers how a CT was acquired."""

import re
from collections.abc import Sequence

from .header_words import Phase, body_word, is_known, phase_of, phase_words
from .headers import Header
from .source import Acquisition
from .stored_values import lossy_compression, other_units

# What stands for nothing in a field that has to be filled.
_NOTHING = frozenset(
    {"", "none", "no", "n", "non", "without", "ohne", "keine", "kein", "sans", "sin", "senza",
     "unknown", "n/a", "na", "-", "0"}
)  # fmt: skip
# Iodinated contrast media by substance and by trade name, with the concentration behind it. The
# field is typed by hand, and what else it says may name somebody: it is left out.
_AGENTS = re.compile(
    r"(?:io(?:hexol|pamidol|promide?|dixanol|versol|meprol|bitridol|xagl\w{2,6}|xital\w{2,6}|"
    r"xithal\w{2,6}|trolan|pentol|xilan|thal\w{2,6})|amidotrizo\w{2,6}|diatrizo\w{2,6}|"
    r"omnipaque|accupaque|isovue|iopamiro\w?|niopam|solutrast|unilux|scanlux|ultravist|visipaque|"
    r"optiray|iomeron|imeron|xenetix|hexabrix|telebrix|isovist|imagopaque|oxilan|urografin|"
    r"conray|jopamiro|碘海醇|碘帕醇|碘普罗胺|碘克沙醇|碘佛醇|碘美普尔|碘比醇|欧乃派克|优维显|威视派克|"
    r"碘必乐|典必乐|碘迈伦)(?:[ _-]?\d{3}(?!\d))?",
    re.IGNORECASE,
)
_SAYING = {"SeriesDescription": "series description", "ProtocolName": "protocol name"}
_NAMING_A_PART = _SAYING | {"StudyDescription": "study description"}
_LONGEST_DELAY_S = 600.0
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d(?:\.\d+)?)")


def acquisition_of(headers: Sequence[Header]) -> Acquisition:
    """Return how a CT was made.

    Returns:
        What the first of them says; the delay up to the first slice that was scanned, and whether
        any slice has other units or was compressed with loss.
    """
    first = headers[0]
    phase, said_by = _phase(first)
    part, part_said_by = _body_part(first)
    return Acquisition(
        manufacturer=_text(first, "Manufacturer"),
        model=_text(first, "ManufacturerModelName"),
        kvp=_number(first, "KVP"),
        slice_thickness_mm=_number(first, "SliceThickness"),
        kernel=_text(first, "ConvolutionKernel"),
        contrast_agent=_contrast_agent(first),
        phase=phase,
        phase_said_by=said_by,
        delay_s=_delay(headers),
        body_part=part,
        body_part_said_by=part_said_by,
        units=other_units(headers),
        lossy=lossy_compression(headers),
    )


def _text(header: Header, keyword: str) -> str | None:
    return header.shared(keyword).text(keyword) or None


def _number(header: Header, keyword: str) -> float | None:
    found = header.shared(keyword).numbers(keyword, 1)
    # Some scanners write 3.26999999999998.
    return float(f"{found[0]:.6g}") if found is not None and found[0] > 0 else None


def _contrast_agent(header: Header) -> str | None:
    """Return known agents; an empty text where only the use of one shows; None where none does."""
    named = _text(header, "ContrastBolusAgent") or _coded_agent(header)
    if named is not None:
        if named.casefold() in _NOTHING or phase_of(named) is Phase.PLAIN:
            return None
        return ", ".join(dict.fromkeys(_AGENTS.findall(named)))
    amounts = (_number(header, k) for k in ("ContrastBolusVolume", "ContrastBolusTotalDose"))
    given = any(amounts) or header.text("ContrastBolusStartTime")
    return "" if given or header.content.get("ContrastBolusAgentSequence") else None


def _coded_agent(header: Header) -> str | None:
    agents = header.content.get("ContrastBolusAgentSequence") or ()
    meanings = (Header(header.path, agent).text("CodeMeaning") for agent in agents)
    return ", ".join(filter(None, meanings)) or None


def _phase(header: Header) -> tuple[str | None, str | None]:
    """Return the header's word for the phase and where it stands, the series' own word first."""
    for keyword, said_by in _SAYING.items():
        words = phase_words(header.text(keyword))
        if words:
            return ", ".join(word for _, word in words), said_by
    return None, None


def _body_part(header: Header) -> tuple[str | None, str | None]:
    """Return the header's word for the part of the body, and where it stands."""
    regions = header.shared("AnatomicRegionSequence").content.get("AnatomicRegionSequence") or ()
    coded = {
        "body part examined": _text(header, "BodyPartExamined"),
        "anatomic region": ", ".join(Header(header.path, r).text("CodeMeaning") for r in regions),
    }
    for said_by, text in coded.items():
        if text and is_known(text):
            return text, said_by
    return body_word({by: header.text(keyword) for keyword, by in _NAMING_A_PART.items()})


def _delay(headers: Sequence[Header]) -> float | None:
    """Return the time from injection to scan; None where the clock times give none that can be."""
    injected = seconds_of(headers[0].text("ContrastBolusStartTime"))
    scanned = [seconds_of(header.text("AcquisitionTime")) for header in headers]
    known = [time for time in scanned if time is not None]
    if injected is None or not known:
        return None
    delay = min(known) - injected
    return delay if 0 < delay <= _LONGEST_DELAY_S else None


def seconds_of(time: str) -> float | None:
    """Return a DICOM time (HHMMSS.ffffff) in seconds after midnight."""
    parts = _TIME.match(time)
    if parts is None:
        return None
    hours, minutes, seconds = parts.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
