"""How the CTs of the training cases were made, and what is unlike that in a new case."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..base.controls import harmless
from ..base.strict_json import MOST_CHARACTERS
from ..base.words import first_of
from ..dicom.header_words import phase_of
from ..dicom.source import Acquisition
from ..imaging.findings import QualityFinding, warning

# What is counted by its words, and what has a range; the phase as `Phase` names it.
COUNTED = ("manufacturer", "model", "kernel", "phase")
RANGED = ("kvp", "slice_thickness_mm")
# Reconstructions of one protocol differ by less than this factor.
ALIKE_LENGTHS = 1.25
_MOST_NAMED = 4
_WORDS = {
    "manufacturer": "a scanner by {here}, not {there}",
    "kernel": "kernel {here}, not {there}",
    "phase": "{here} phase, not {there}",
    "kvp": "{here} kV, not {there} kV",
    "slice_thickness_mm": "slices of {here} mm, not {there} mm",
}


@dataclass(frozen=True)
class TrainingAcquisitions:
    """What the DICOM headers of the training cases said, all cases together.

    Attributes:
        cases: training cases whose headers are known; 0 where nothing is.
        counts: by name of COUNTED, how many cases had which value.
        ranges: by name of RANGED, the smallest and the largest value.
    """

    cases: int = 0
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def findings(self, acquisition: Acquisition) -> list[QualityFinding]:
        """Return what is unlike the training cases in how a CT was made, as far as it is known."""
        facts = _facts(acquisition)
        unlike = [
            _WORDS[name].format(here=_shown(facts[name]), there=self._shown(name))
            for name in _WORDS
            if name in facts and self._is_unlike(name, facts[name])
        ]
        if not unlike:
            return []
        told = "; ".join(unlike)
        return [
            warning(
                "acquisition_unlike_training",
                f"By its headers, the CT was made in another way than those of the training cases: "
                f"{told}. HU and texture depend on it.",
            )
        ]

    def _is_unlike(self, name: str, value: str | float) -> bool:
        if name in self.counts:
            return value not in self.counts[name]
        if name not in self.ranges:
            return False
        low, high = self.ranges[name]
        slack = ALIKE_LENGTHS if name == "slice_thickness_mm" else 1.0
        return not low / slack <= value <= high * slack

    def _shown(self, name: str) -> str:
        if name in self.ranges:
            return " to ".join(dict.fromkeys(map(_shown, self.ranges[name])))
        most = sorted(self.counts[name], key=lambda value: (-self.counts[name][value], value))
        return " or ".join(first_of(most, _MOST_NAMED))


def acquisitions_of(acquisitions: Iterable[Acquisition | None]) -> TrainingAcquisitions:
    """Return what is known of the training cases.

    Args:
        acquisitions: of each; None where its CT did not come from DICOM.
    """
    known = [_facts(acquisition) for acquisition in acquisitions if acquisition is not None]
    counts = {name: Counter(f[name] for f in known if name in f) for name in COUNTED}
    values = {name: [f[name] for f in known if name in f] for name in RANGED}
    return TrainingAcquisitions(
        len(known),
        {name: dict(sorted(counted.items())) for name, counted in counts.items() if counted},
        {name: (min(found), max(found)) for name, found in values.items() if found},
    )


def _facts(acquisition: Acquisition) -> dict[str, str | float]:
    """Return what is compared of an acquisition, as far as it is known."""
    facts = acquisition.facts()
    phase = phase_of(acquisition.phase)
    facts.pop("phase", None)
    compared = facts if phase is None else facts | {"phase": phase.value}
    return {
        # A bundle holds no longer texts, and no control characters.
        name: harmless(compared[name])[:MOST_CHARACTERS] if name in COUNTED else compared[name]
        for name in (*COUNTED, *RANGED)
        if name in compared
    }


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"
