"""What is computed and how finely: the radiomics settings, read strictly and hashed by content."""

import reprlib
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..base.errors import UnreadableFileError, UsageError
from ..base.strict_json import MalformedError
from ..protocol.plain_yaml import parsed_yaml

IMAGE_TYPES = (
    "Original", "LoG", "Wavelet", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient",
    "LBP3D",
)  # fmt: skip
SHAPE = "shape"
FEATURE_CLASSES = (SHAPE, "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")

# A bundle comes from a stranger: inside these bounds time and memory stay those of a normal case.
MAX_TEXT_LENGTH = 2048
BIN_WIDTH_RANGE = (1.0, 1000.0)
BIN_COUNT_RANGE = (2, 256)
LOG_SIGMA_RANGE_MM = (0.5, 10.0)
MAX_LOG_SIGMAS = 8
LBP3D_LEVELS_RANGE = (1, 3)
LBP3D_RADIUS_RANGE = (0.5, 5.0)
LBP3D_SUBDIVISION_RANGE = (0, 2)

_DEFAULT_FILE = Path(__file__).with_name("settings.yaml")


@dataclass(frozen=True)
class RadiomicsSettings:
    """Settings of the radiomic features; two settings of the same content are equal.

    Lists are brought into one order, so their order in the file changes nothing.

    Attributes:
        bin_width: width of the grey-level bins, HU or units of the filtered image.
        bin_count: fixed number of bins per region instead of `bin_width`; None for fixed width.
        log_sigma_mm: widths of the Laplacian of Gaussian in mm, ascending.
        lbp3d_radius: radius of the sampling sphere in voxels.
        lbp3d_subdivision: subdivisions of the sampling icosphere.

    Raises:
        UsageError: a value has the wrong type or lies outside its bounds.
    """

    bin_width: float
    bin_count: int | None
    image_types: tuple[str, ...]
    feature_classes: tuple[str, ...]
    log_sigma_mm: tuple[float, ...]
    lbp3d_levels: int
    lbp3d_radius: float
    lbp3d_subdivision: int

    def __post_init__(self):
        for name, check in _CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))

    def yaml(self) -> str:
        """Return the settings as text that `load_settings` reads."""
        import yaml

        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return yaml.safe_dump(plain, sort_keys=False)

    def pyradiomics(self) -> dict[str, Any]:
        """Return the same settings under PyRadiomics' names."""
        return {
            "binWidth": self.bin_width,
            "binCount": self.bin_count,
            "sigma": list(self.log_sigma_mm),
            "lbp3DLevels": self.lbp3d_levels,
            "lbp3DIcosphereRadius": self.lbp3d_radius,
            "lbp3DIcosphereSubdivision": self.lbp3d_subdivision,
        }


@lru_cache(maxsize=1)
def default_settings() -> RadiomicsSettings:
    """Return the settings of the method: exactly 1874 features per region."""
    return load_settings(_DEFAULT_FILE)


def load_settings(source: str | Path) -> RadiomicsSettings:
    """Read settings from YAML text (`str`) or from a file (`Path`).

    Every setting must be there and no other; nothing in the text is executed.

    Raises:
        UnreadableFileError: the file cannot be read as text.
        UsageError: not YAML, a setting is unknown, missing, of the wrong type or out of bounds.
    """
    text = _read(source) if isinstance(source, Path) else source
    content = _parsed(text)
    known = [field.name for field in fields(RadiomicsSettings)]
    for problem, names in (
        ("an unknown setting", [str(name) for name in content if name not in known]),
        ("no setting", [name for name in known if name not in content]),
    ):
        if names:
            raise UsageError(
                f"The radiomics settings have {problem} {names[0][:80]!r}.",
                f"They must be exactly {', '.join(known)}.",
            )
    return RadiomicsSettings(**content)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_TEXT_LENGTH + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            f"Radiomics settings {str(path)!r} cannot be read: {error}.",
            "Check the path and that it is a YAML text file.",
        ) from error


def _parsed(text: str) -> dict[Any, Any]:
    remedy = "Start from the settings.yaml that comes with this software."
    if len(text) > MAX_TEXT_LENGTH:
        raise UsageError(
            f"The radiomics settings are longer than {MAX_TEXT_LENGTH} characters.", remedy
        )
    try:
        content = parsed_yaml(text)
    except MalformedError as error:
        raise UsageError(f"The radiomics settings cannot be used: {error}.", remedy) from error
    if not isinstance(content, dict):
        raise UsageError("The radiomics settings are not a list of names with values.", remedy)
    return content


def _refuse(name: str, value: object, allowed: str) -> UsageError:
    return UsageError(
        f"Radiomics setting {name!r} has the value {reprlib.repr(value)}.", f"Use {allowed}."
    )


def _number(low: float, high: float):
    def check(name: str, value: object) -> float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise _refuse(name, value, f"a number from {low:g} to {high:g}")
        return float(value)

    return check


def _whole(low: int, high: int):
    def check(name: str, value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _refuse(name, value, f"a whole number from {low} to {high}")
        return value

    return check


def _optional(check):
    return lambda name, value: None if value is None else check(name, value)


def _items(name: str, value: object, most: int) -> list[Any]:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= most:
        raise _refuse(name, value, f"a list of 1 to {most} items")
    return list(value)


def _choice(allowed: tuple[str, ...]):
    def check(name: str, value: object) -> tuple[str, ...]:
        for item in (items := _items(name, value, len(allowed))):
            if item not in allowed or items.count(item) > 1:
                raise _refuse(name, item, f"each of {', '.join(allowed)} at most once")
        return tuple(word for word in allowed if word in items)

    return check


def _sigmas(name: str, value: object) -> tuple[float, ...]:
    number = _number(*LOG_SIGMA_RANGE_MM)
    sigmas = sorted(number(name, item) for item in _items(name, value, MAX_LOG_SIGMAS))
    if len(set(sigmas)) < len(sigmas):
        raise _refuse(name, value, "each width once")
    return tuple(sigmas)


_CHECKS = {
    "bin_width": _number(*BIN_WIDTH_RANGE),
    "bin_count": _optional(_whole(*BIN_COUNT_RANGE)),
    "image_types": _choice(IMAGE_TYPES),
    "feature_classes": _choice(FEATURE_CLASSES),
    "log_sigma_mm": _sigmas,
    "lbp3d_levels": _whole(*LBP3D_LEVELS_RANGE),
    "lbp3d_radius": _number(*LBP3D_RADIUS_RANGE),
    "lbp3d_subdivision": _whole(*LBP3D_SUBDIVISION_RANGE),
}
