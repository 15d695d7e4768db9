"""The cases on disk: simulated ones, written once, and real CT from elsewhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from ParotidClassifierCore.base.errors import CohortError
from ParotidClassifierCore.base.files import read_json, written_whole
from ParotidClassifierCore.base.parallel import Failure, Machines, run_each
from ParotidClassifierCore.base.progress import Progress, silent
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.case.loading import CLINICAL_FILE, CT_FILE, SEGMENTATION_FILE
from ParotidClassifierCore.imaging.working_grid import Geometry
from ParotidClassifierCore.protocol import ClinicalRecord, Protocol
from ParotidClassifierCore.simulation.cohort import TRUTH_FILE, PlannedCase, write_case
from ParotidClassifierCore.study.manifest import TEST, CohortCase
from ParotidClassifierCore.study.reading import image_fingerprint

REAL_CT, REAL_MASK = "CT_image.nii.gz", "CT_mask.nii.gz"
# Of each real scan the outlined tumour, and so many balls of other soft tissue.
BALLS = 9
_RADIUS_MM = (6.0, 14.0)
_SOFT_HU = (-50, 250)
_LEAST_SOFT = 0.9  # of a ball's voxels


def simulated_cases(
    plan: Sequence[PlannedCase],
    folder: Path,
    protocol: Protocol,
    machines: Machines | None = None,
    progress: Progress = silent,
) -> list[CohortCase]:
    """Return the rows of simulated cases; those not on disk yet are simulated.

    Raises:
        CohortError: a case cannot be simulated, or the simulation is not what it was when the
            first of them was written.
    """
    there = [case for case in plan if (folder / case.case_id / TRUTH_FILE).exists()]
    missing = [case for case in plan if not (folder / case.case_id / TRUTH_FILE).exists()]
    if there:
        _require_the_same(there[0], folder)
    names = [case.case_id for case in missing]
    work = [(case, folder) for case in missing]
    results = run_each(_write, work, names, machines or Machines(), progress)
    for name, done in zip(names, results, strict=True):
        if isinstance(done, Failure):
            raise CohortError(f"{name} could not be simulated: {done.reason}", "Correct that.")
    return [_row(case, folder / case.case_id, protocol) for case in plan]


def _write(planned: PlannedCase, folder: Path) -> None:
    write_case(planned.simulate(), folder / planned.case_id)


def _require_the_same(planned: PlannedCase, folder: Path) -> None:
    kept = load_ct(folder / planned.case_id / CT_FILE)
    if image_fingerprint(kept) != image_fingerprint(planned.simulate().ct):
        raise CohortError(
            f"The cases in {folder} were simulated by another version of the program.",
            "Remove the folder: they are simulated again.",
        )


def _row(planned: PlannedCase, folder: Path, protocol: Protocol) -> CohortCase:
    return CohortCase(
        case_id=planned.case_id,
        ct=folder / CT_FILE,
        tumor=folder / SEGMENTATION_FILE,
        malignant=planned.malignant,
        split=planned.split,
        record=protocol.record(read_json(folder / CLINICAL_FILE)),
        simulated=True,
    )


def real_cases(scans: Path, folder: Path) -> list[CohortCase]:
    """Return rows of real CT: of each scan its tumour as outlined, and balls of soft tissue.

    None of them is a parotid tumour, so none is like the training cases.

    Args:
        scans: holds a folder of each scan, with REAL_CT and REAL_MASK; may be missing.
        folder: of the balls' outlines.
    """
    rows = []
    for ct in sorted(scans.glob(f"*/{REAL_CT}")):
        name = f"real-{ct.parent.name}"
        tumors = {name: ct.with_name(REAL_MASK)}
        tumors |= {f"{name}-ball-{i + 1}": folder / f"{name}-{i + 1}.nrrd" for i in range(BALLS)}
        if not all(path.exists() for path in tumors.values()):
            _, *balls = tumors.values()
            for outline, path in zip(_balls(load_ct(ct)), balls, strict=False):
                _write_outline(outline, path)
        rows += [
            CohortCase(case_id, ct, path, False, TEST, ClinicalRecord())
            for case_id, path in tumors.items()
            if path.exists()
        ]
    return rows


def _write_outline(outline: sitk.Image, path: Path) -> None:
    with written_whole(path) as beside:
        sitk.WriteImage(outline, str(beside), useCompression=True)


def _balls(ct: sitk.Image) -> Iterator[sitk.Image]:
    """Yield BALLS outlines of balls in soft tissue, always the same; fewer where there is none."""
    rng = np.random.default_rng(0)
    hu, spacing = sitk.GetArrayFromImage(ct), np.array(ct.GetSpacing())[::-1]
    soft = (hu >= _SOFT_HU[0]) & (hu <= _SOFT_HU[1])
    places = np.stack(np.indices(hu.shape, np.float32), axis=-1) * spacing
    room = np.array(hu.shape) * spacing
    made = 0
    for _ in range(100 * BALLS):
        radius = rng.uniform(*_RADIUS_MM)
        centre = radius + rng.uniform(size=3) * (room - 2 * radius)
        if not soft[tuple((centre / spacing).astype(int))]:
            continue
        ball = ((places - centre) ** 2).sum(axis=-1) <= radius**2
        if ball.any() and soft[ball].mean() >= _LEAST_SOFT:
            yield Geometry.of(ct).image(ball.astype(np.uint8))
            made += 1
        if made == BALLS:
            return
