"""Check how the stored values of a DICOM series become HU, and whether they were compressed."""

from collections.abc import Sequence

from ..base.errors import UnreadableFileError, UnusableImageError
from .headers import Header

_EXPORT_AGAIN = "Export the series again from scanner or archive, as it is, as CT slices."
_HU = frozenset({"HU", "[HU]", "HOUNSFIELD", "HOUNSFIELD UNIT", "HOUNSFIELD UNITS"})
# Of Rescale Type, PS3.3 C.11.1.1.2: these are quantities of their own and no kind of HU.
_OTHER_QUANTITIES = {
    "OD": "optical density",
    "MGML": "milligrams per millilitre",
    "Z_EFF": "effective atomic number",
    "ED": "electron density",
    "EDW": "electron density relative to water",
    "PCT": "per cent",
}
_RESCALING = ("RescaleSlope", "RescaleIntercept")
# PS3.5 A.4: JPEG baseline and extended, JPEG-LS near-lossless; and JPEG 2000, which may be lossy.
_LOSSY = tuple(f"1.2.840.10008.1.2.4.{end}" for end in (50, 51, 81))
_MAY_BE_LOSSY = ("1.2.840.10008.1.2.4.91",)


def require_rescaled(series: str, slices: Sequence[Header]) -> None:
    """Raise where it cannot be told how the stored values of all slices become HU.

    Where no slice says anything of it, they are taken as HU, which is a finding.
    """
    rescaled = [header for header in slices if _says_rescaling(header)]
    for header in slices:
        _require_plain_bits(header)
        if rescaled:
            _require_slope_and_intercept(header, rescaled[0])
        require_hounsfield(series, header)


def _says_rescaling(header: Header) -> bool:
    return any(keyword in header.content for keyword in (*_RESCALING, "ModalityLUTSequence"))


def _require_slope_and_intercept(header: Header, other: Header) -> None:
    wrong = [key for key in _RESCALING if header.numbers(key, 1) is None]
    if header.numbers("RescaleSlope", 1) == (0.0,):
        wrong = ["RescaleSlope"]
    if not wrong:
        return
    told = " and ".join(
        f"{key} {header.text(key)!r}" if header.text(key) else f"no {key}" for key in wrong
    )
    beside = "" if _says_rescaling(header) else f", unlike {other.path.name}"
    raise UnreadableFileError(
        f"{header.path} has {told}{beside}: what its values are in HU cannot be told.",
        _EXPORT_AGAIN,
    )


def _require_plain_bits(header: Header) -> None:
    stored, high = (header.numbers(key, 1) for key in ("BitsStored", "HighBit"))
    if stored and high and high[0] >= stored[0]:
        raise UnusableImageError(
            f"{header.path} says that its {stored[0]:g} bits end with bit {high[0]:g}: "
            "where in each number the value lies cannot be told for certain.",
            _EXPORT_AGAIN,
        )


def require_hounsfield(series: str, header: Header) -> None:
    """Raise UnusableImageError where a header names another quantity than HU."""
    kind = rescale_type(header).upper()
    if kind in _OTHER_QUANTITIES:
        raise UnusableImageError(
            f"The values of {series} are no HU: by {header.path.name} they are "
            f"{_OTHER_QUANTITIES[kind]} (RescaleType {kind}).",
            "Choose the reconstruction in HU.",
        )


def require_not_turned_round(series: str, slices: Sequence[Header]) -> None:
    """Raise UnusableImageError where other programs read bright as dark.

    HU do not depend on how they are to be shown, but 3D Slicer's readers turn the values of a
    series round that is to be shown with white for the lowest.
    """
    turned = [s for s in slices if s.text("PhotometricInterpretation") == "MONOCHROME1"]
    if turned:
        raise UnusableImageError(
            f"{turned[0].path.name} of {series} is stored as MONOCHROME1, of which 3D Slicer reads "
            "all values turned round.",
            "Export the series as MONOCHROME2, or classify it from its folder on the command line, "
            "which reads it rightly.",
        )


def rescale_type(header: Header) -> str:
    """Return what a header calls the unit of its values; empty where it says nothing."""
    return header.shared("RescaleType").text("RescaleType")


def other_units(slices: Sequence[Header]) -> str | None:
    """Return the units that headers name other than HU; None where there are none.

    Returns:
        An empty text where no slice says how its values become HU.
    """
    named = dict.fromkeys(map(rescale_type, slices))
    others = [name for name in named if name and name.upper() not in _HU]
    if others:
        return ", ".join(others)
    silent = not any(header.is_multi_frame or _says_rescaling(header) for header in slices)
    return "" if silent else None


def lossy_compression(slices: Sequence[Header]) -> str | None:
    """Return in words how slices were compressed with loss, or may have been; None where not.

    What was compressed so once, and stored otherwise since, says it by LossyImageCompression.
    """
    told = dict.fromkeys(filter(None, map(_loss, slices)))
    return "; ".join(told) or None


def _loss(header: Header) -> str:
    from pydicom.uid import UID

    syntax, name = header.transfer_syntax, UID(header.transfer_syntax).name
    if header.text("LossyImageCompression") == "01":
        method = header.text("LossyImageCompressionMethod")
        return method or (
            name if syntax in (*_LOSSY, *_MAY_BE_LOSSY) else "the method is not named"
        )
    if syntax in _LOSSY:
        return name
    return f"{name}, which may be without loss" if syntax in _MAY_BE_LOSSY else ""
