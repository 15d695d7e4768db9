"""Where a CT came from: its DICOM series and how it was acquired."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Acquisition:
    """How a CT was made, as its DICOM headers say; None where they do not.

    Attributes:
        manufacturer: of the scanner.
        model: of the scanner.
        kvp: peak tube voltage in kV.
        slice_thickness_mm: nominal, not the distance between slices.
        kernel: convolution kernel of the reconstruction.
        contrast_agent: what was given; an empty text where the header only says that some was.
        phase: contrast phase in the words of the header, such as "arterial".
        phase_said_by: which part of the header has that word, such as "series description".
        delay_s: from the injection to the scan, by the clock times of the header.
    """

    manufacturer: str | None = None
    model: str | None = None
    kvp: float | None = None
    slice_thickness_mm: float | None = None
    kernel: str | None = None
    contrast_agent: str | None = None
    phase: str | None = None
    phase_said_by: str | None = None
    delay_s: float | None = None

    @property
    def scanner(self) -> str | None:
        """Manufacturer and model in one; None where neither is named."""
        maker, model = self.manufacturer or "", self.model or ""
        both = model if maker.casefold() in model.casefold() else f"{maker} {model}"
        return both.strip() or None

    def facts(self) -> dict[str, str | float]:
        """Return what the headers say, by the names of the attributes; nothing they do not say."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class SourceSeries:
    """The DICOM series that a CT was read from.

    No name and no number of the patient are kept here: what writes DICOM reads them from the files
    again, where it was allowed to.

    Attributes:
        files: one a slice, in the order of the slices; the one file of an enhanced multi-frame CT;
            none where the case was saved and came back.
        series_uid: of the series.
        study_uid: of its study.
        frame_of_reference_uid: of the space in which its positions are given; None if unnamed.
        acquisition: how it was made.
    """

    files: tuple[Path, ...]
    series_uid: str
    study_uid: str
    frame_of_reference_uid: str | None = None
    acquisition: Acquisition = field(default_factory=Acquisition)
