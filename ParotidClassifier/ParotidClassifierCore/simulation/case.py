"""One simulated case: CT, tumour mask, clinical record, all from one seed."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..imaging.findings import max_axial_diameter_mm
from ..imaging.lattice import HU_RANGE
from ..protocol import ClinicalRecord, Protocol, published, shen2026
from .head import HeadVariation
from .noise import ct_noise
from .scanner import ScanGrid, Scanner
from .streams import Stream, stream
from .traits import Difficulty, Traits, draw_case, record_of
from .tumor import draw_tumor


@dataclass(frozen=True)
class SimulatedCase:
    """A simulated patient.

    Attributes:
        seed: the whole case follows from it, the class and the difficulty.
        ct: int16 HU.
        tumor: uint8, 1 = Tumor, on the CT's grid, as a reader would outline it slice by slice.
        record: clinical variables; the maximum diameter is the mask's.
    """

    case_id: str
    seed: int
    ct: sitk.Image
    tumor: sitk.Image
    record: ClinicalRecord
    malignant: bool
    traits: Traits
    difficulty: Difficulty


def draw_class(seed: int) -> bool:
    """Draw whether the case `seed` is malignant, with the published prevalence of 89 in 357."""
    return bool(stream(seed, Stream.CLASS).random() < published.MALIGNANT / published.PATIENTS)


def simulate_case(
    seed: int,
    malignant: bool | None = None,
    difficulty: Difficulty | None = None,
    case_id: str | None = None,
    protocol: Protocol | None = None,
) -> SimulatedCase:
    """Simulate one patient; the same arguments give the same case to the last voxel.

    Args:
        malignant: the class; None draws it with the published prevalence.
    """
    difficulty = difficulty or Difficulty()
    malignant = draw_class(seed) if malignant is None else malignant
    traits, findings = draw_case(stream(seed, Stream.CLINICAL), malignant, difficulty)
    head = HeadVariation.draw(stream(seed, Stream.ANATOMY))
    shape = draw_tumor(stream(seed, Stream.TUMOR), traits, findings, head)
    grid = ScanGrid.around(shape, stream(seed, Stream.ACQUISITION))
    hu, mask = Scanner(seed, head, shape, findings, grid).scan()
    hu += ct_noise(stream(seed, Stream.NOISE), hu.shape, grid.spacing_mm, head.noise_hu)
    hu = np.clip(np.rint(hu), *HU_RANGE).astype(np.int16)
    diameter = max_axial_diameter_mm(mask) * grid.spacing_mm
    findings = {**findings, "max_diameter_cm": round(diameter / 10, 1)}
    others = stream(seed, Stream.OTHER_FINDINGS)
    return SimulatedCase(
        case_id=case_id or f"sim-{seed}",
        seed=seed,
        ct=grid.geometry.image(hu),
        tumor=grid.geometry.image(mask),
        record=record_of(findings, malignant, protocol or shen2026(), others),
        malignant=malignant,
        traits=traits,
        difficulty=difficulty,
    )
