"""The end of the appendix: limits in plain words, how to compute it again, and the terms."""

from ... import __version__
from ...base.words import counted, listed
from ...bundle.bundle import Bundle
from ...case.grid import MARGIN_MM
from ...imaging.working_grid import WorkingGrid
from ...models.settings import PAPER, STACKING_LINES
from ...protocol import Region
from ..answering import Answer
from ..parts import Facts, Paragraph, Part, Points, Section

_ALWAYS = (
    (
        "The probability holds for a tumour like those of the training cases, seen on scanners "
        "like theirs. How well the models do in your hospital is known only after they were tested "
        "there."
    ),
    (
        "A probability is no diagnosis. Cytology, histology, MRI and the examination of the "
        "patient are not part of it."
    ),
    "The outline decides what is measured: outline the whole tumour, and one tumour only.",
    (
        "The threshold is the one that told the training cases apart best (largest sensitivity + "
        "specificity). It does not know what a missed malignant tumour costs your patient."
    ),
    (
        "The 95 % interval shows the chance in the choice of the training cases. Errors of "
        "outline, scanner and findings come on top."
    ),
)

_HASHES = "Inputs, SHA-256 of their content on the working grid"
_TERMS = (
    ("RAD, DL", "radiomic features (numbers for shape, density and texture), deep network"),
    ("weight, log-odds", "log of p / (1 – p): 0 is 50 %, +1 is 73 %, +2 is 88 %, –2 is 12 %"),
    ("answer", "benign, malignant or indeterminate (it cannot tell), at a stated error rate"),
    ("threshold", "the probability from which a model calls a tumour malignant"),
    ("95 % interval", "where about 95 of 100 models that learnt from other cases would put it"),
    ("out of fold", "a training case judged by models that had not seen it"),
    ("bundle", "everything that was learnt, and from whom, in a folder or a .zip file"),
)


def limits(answered: Answer) -> Section:
    """Return in plain words what the answer does not say."""
    bundle = answered.bundle
    lines = (
        bundle.cohort.caution,
        (
            f"The models were {bundle.cohort.line}, of which {bundle.cohort.malignant} malignant. "
            "Where malignant tumours are rarer or more frequent, the probabilities are too high or "
            "too low."
        ),
        STACKING_LINES[PAPER] if bundle.stacking == PAPER and bundle.fusions else "",
        *_ALWAYS,
        "Where the network looked is not why it answered as it did." if bundle.network else "",
    )
    parts: list[Part] = [Points(tuple(filter(None, lines)))]
    if bundle.notes:
        parts.append(Points(bundle.notes, "Notes of the bundle"))
    return Section("limits", "Limits", tuple(parts))


def reproducibility(answered: Answer) -> Section:
    """Return versions, settings, seeds and hashes; no name of a file."""
    parts = (
        Paragraph("The same software, bundle, settings and inputs give the same numbers."),
        Facts.known(_bundle(answered.bundle), "Model bundle"),
        Facts.known(_settings(answered), "Settings"),
        Facts.known(_inputs(answered.prepared.grid), _HASHES),
        Facts.known(answered.prediction.software, "Software"),
    )
    return Section("reproducibility", "How to compute it again", parts)


def _bundle(bundle: Bundle) -> dict[str, object]:
    return {
        "name": bundle.name,
        "kind": bundle.kind,
        "SHA-256": bundle.bundle_hash or "not saved yet",
        "schema version": bundle.schema_version,
        "made on": bundle.provenance.get("date"),
        "learnt from": bundle.cohort.line,
        "training cohort": bundle.cohort.description,
        "intended use": bundle.intended_use,
        "models": ", ".join(bundle.models),
        "protocol": bundle.protocol.name,
        "stacking": bundle.stacking,
        "intervals": bundle.refits.line,
    }


def _settings(answered: Answer) -> dict[str, object]:
    found, rings = answered.stability, answered.prepared.protocol.rings
    names = ("tumor_outline", "ring_outline", *(f"{ring.name}_outline" for ring in rings[1:]))
    settings = {name.replace("_", " "): answered.prediction.inputs.get(name) for name in names}
    settings |= {ring.name: _drawn(ring, answered) for ring in rings}
    settings["radiomics settings, SHA-256"] = answered.bundle.radiomics_hash
    if found is not None:
        count = len(next(iter(found.probabilities.values()), ())) + found.unusable
        told = f"{counted(count, 'outline')}, seed {found.seed}, {found.unusable} unusable"
        settings["stability"] = told
    return settings


def _drawn(ring: Region, answered: Answer) -> str:
    if ring.name in answered.case.rings:
        return "drawn or refined by hand"
    low, high = ring.ring.hu_range
    return f"automatic, {ring.ring.width_mm:g} mm, {low:g} to {high:g} HU"


def _inputs(grid: WorkingGrid) -> dict[str, str]:
    x, y, z = grid.ct.shape[::-1]
    return {
        "grid": f"{x} × {y} × {z} voxels of 1 mm, the outlines and {MARGIN_MM} mm around them",
        "CT": grid.image_key,
        **{region: grid.region_key(region) for region in grid.masks},
    }


def terms(answered: Answer) -> Section:
    """Return what the words of the report mean."""
    protocol = answered.bundle.protocol
    regions = [(protocol.outlined.name, "the tumour as outlined")]
    for ring in protocol.rings:
        where = f"tissue around {listed(ring.around)}, without air and bone"
        regions.append((ring.name, f"{where}, {ring.ring.width_mm:g} mm wide in the bundle"))
    models = []
    for model in protocol.models.values():
        if model.clinical and not model.regions:
            read = listed([protocol.clinical[name].phrase for name in model.clinical])
            together = "the image and the clinical findings together"
            words = together if model.log_odds else f"{read} alone"
            models.append((model.name, f"the model of {words}"))
    letters, *others = _TERMS
    return Section("terms", "Terms", (Facts((*regions, letters, *models, *others)),))


def maker(bundle: Bundle) -> str:
    """Return what made the report, in one line."""
    short = f" (hash {bundle.bundle_hash[:12]})" if bundle.bundle_hash else ""
    return f"ParotidClassifier {__version__} with the model {bundle.name}{short}"
