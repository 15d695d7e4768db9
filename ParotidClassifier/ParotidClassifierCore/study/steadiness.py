"""How much the models' log-odds change with what nobody can see in a scan or an outline.

Each case is classified as it is and again with one thing changed: the origin in the headers of CT
and outline moved by a random part of a millimetre, the 1 mm lattice anchored to a neighbour of the
voxel that it is anchored to (as an edit that moves the tumour's centroid does), noise of 1 HU added
to the CT, or the contour moved by half a voxel of the working grid. None of them is another
patient, so a model that can be believed hardly answers differently.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import SimpleITK as sitk

from ..base.cache import content_key
from ..base.parallel import Failure, Machines, run_each
from ..base.progress import Progress, silent
from ..bundle.bundle import Bundle
from ..case.grid import tumor_on_lattice
from ..case.loading import Case
from ..case.perturbation import with_noise
from ..imaging.lattice import Lattice
from ..imaging.perturbation import perturbed_outline
from ..prediction.session import Session
from ..prediction.stages import Stages
from ..radiomics.engines import Engine
from ..statistics.results import CohortPredictions, Steadiness
from .extraction import CohortFeatures
from .manifest import CohortCase
from .one_case import NamedBundle
from .reading import Reading

NOISE_HU = 1.0
CONTOUR_MM = 0.5
DRAWS = 2  # of each change for each case
_ROOM_MM = 6  # what `perturbed_outline` needs around the tumour, and more
_stages = Stages()  # of this process: keeps the network from case to case


def _origin_moved(case: Case, rng: np.random.Generator) -> Case:
    offset = rng.uniform(0.0, 1.0, 3)

    def moved(image: sitk.Image) -> sitk.Image:
        other = sitk.Image(image)
        other.SetOrigin((np.array(image.GetOrigin()) + offset).tolist())
        return other

    rings = {name: moved(ring) for name, ring in case.rings.items()}
    return replace(case, ct=moved(case.ct), tumor=moved(case.tumor), rings=rings)


def _anchor_moved(case: Case, rng: np.random.Generator) -> Case:
    steps = rng.choice([-1.0, 1.0], 3) * case.ct.GetSpacing()
    axes = np.reshape(case.lattice.direction, (3, 3))
    point = axes @ (case.lattice.phase + steps)
    return replace(case, moved_lattice=Lattice.through(point, case.lattice.direction))


def _noise_added(case: Case, rng: np.random.Generator) -> Case:
    return replace(case, ct=with_noise(case.ct, NOISE_HU, rng))


def _contour_moved(case: Case, rng: np.random.Generator) -> Case:
    box, tumor = tumor_on_lattice(case, _ROOM_MM)
    outline = perturbed_outline(tumor, rng, CONTOUR_MM, CONTOUR_MM)
    return replace(case, tumor=case.lattice.geometry(box).image(outline), rings={})


# By what is changed: how. A ring that was drawn goes with its outline only.
CHANGES: dict[str, Callable[[Case, np.random.Generator], Case]] = {
    "origin moved by a part of a millimetre": _origin_moved,
    "lattice anchored to a neighbouring voxel": _anchor_moved,
    f"noise of {NOISE_HU:g} HU": _noise_added,
    "contour moved by half a voxel": _contour_moved,
}


def measure_steadiness(
    cases: Sequence[CohortCase],
    bundle: NamedBundle,
    machines: Machines | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = silent,
    engine: Engine = Engine.BUILT_IN,
) -> Steadiness:
    """Classify each case as it is and changed, and return how far the log-odds moved.

    Args:
        cases: that the bundle has not learnt from.
        draws: of each change for each case.
        seed: same seed, same changes of a case of that name, whichever cases are beside it.

    Raises:
        BundleError: the bundle is not there, is refused, or is no longer the same.
    """
    bundle.load()
    names = [case.case_id for case in cases]
    work = [(case, bundle, draws, seed, engine) for case in cases]
    found = run_each(moved_log_odds, work, names, machines or Machines(), progress)
    failures = {
        n: f.shared_reason for n, f in zip(names, found, strict=True) if isinstance(f, Failure)
    }
    measured = [each for each in found if not isinstance(each, Failure)]
    moved = {change: _joined(measured, change) for change in CHANGES}
    return Steadiness(len(measured), draws, moved, failures)


def steadiness_of_tests(
    bundle: Bundle,
    features: CohortFeatures,
    predictions: CohortPredictions,
    most: int,
    machines: Machines,
    seed: int = 0,
    progress: Progress = silent,
    engine: Engine = Engine.BUILT_IN,
) -> Steadiness | None:
    """Measure test cases drawn with `seed`, of those that the model shown first could judge.

    Args:
        bundle: as it was saved or loaded.
        features, predictions: of all cases of the cohort.
        most: cases that are measured; 0 for none.

    Returns:
        None where nothing was asked for.
    """
    if not most:
        return None
    known = {name: ~np.isnan(v) & ~features.training for name, v in predictions.log_odds.items()}
    shown = bundle.protocol.first_shown(name for name, rows in known.items() if rows.any())
    rows = np.flatnonzero(known.get(shown, ()))
    drawn = np.sort(np.random.default_rng(seed).permutation(rows)[:most])
    cases, named = [features.cases[row] for row in drawn], NamedBundle.of(bundle)

    def tell(fraction: float, step: str) -> None:
        progress(fraction, f"steadiness, {step}")

    return measure_steadiness(cases, named, machines, seed=seed, progress=tell, engine=engine)


def _joined(measured: Sequence[dict[str, dict[str, list[float]]]], change: str) -> dict:
    """Return, by model, how far a change moved the log-odds of all cases that have some."""
    models = dict.fromkeys(model for each in measured for model in each[change])
    return {m: np.concatenate([each[change].get(m, []) for each in measured]) for m in models}


def moved_log_odds(
    row: CohortCase, named: NamedBundle, draws: int, seed: int, engine: Engine
) -> dict[str, dict[str, list[float]]]:
    """Return, by change and model that has log-odds, how far each draw moved them."""
    bundle = named.load()
    case = Reading(bundle.protocol, row).load()

    def log_odds(of: Case) -> dict[str, float]:
        session = Session(of, bundle, stages=_stages.aside(), engine=engine)
        models = session.predict().models
        return {n: m.log_odds for n, m in models.items() if m.log_odds is not None}

    if bundle.network is not None:
        _stages.network_of(bundle)
    before = log_odds(case)
    moved: dict[str, dict[str, list[float]]] = {}
    for change, changed in CHANGES.items():
        own = int(content_key(row.case_id, change)[:8], 16)
        rngs = [np.random.default_rng([seed, own, draw]) for draw in range(draws)]
        after = [log_odds(changed(case, rng)) for rng in rngs]
        moved[change] = {n: [abs(a[n] - value) for a in after] for n, value in before.items()}
    return moved
