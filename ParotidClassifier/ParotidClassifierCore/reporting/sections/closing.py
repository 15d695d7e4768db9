"""What limits the study, and what it takes to repeat it."""

import dataclasses
from collections.abc import Mapping

from ...base.words import counted
from ...bundle.bundle import Bundle
from ...models.settings import PAPER, STACKING_LINES
from ...protocol import ColumnKind, Protocol
from ...radiomics.settings import load_settings
from ...statistics.results import Table
from ..parts import Listing, Paragraph, Part, Points, Section
from ..study import Study
from ..words import number

# Fewer malignant cases leave an AUC of 0.9 uncertain by more than about 0.06 either way.
_FEW_MALIGNANT = 100

_ALWAYS = (
    (
        "Whether the models do as well with other scanners, protocols, readers or patients is not "
        "known before they are tested there."
    ),
    (
        "No figure is computed by sex, age or other groups: that the models serve all of them "
        "alike is not shown."
    ),
    (
        "Correlated inputs share what they know: the coefficient of one alone is no measure of its "
        "importance."
    ),
)


def limits(study: Study) -> Section:
    """Return what limits the study, its notes, and the way to the checklists."""
    parts: list[Part] = [Points(_limits(study))]
    notes = (*study.notes, *study.bundle.notes)
    if study.training is not None:
        notes = tuple(dict.fromkeys((*notes, *study.training.fitted.notes)))
    if notes:
        parts.append(Points(notes, "Notes on these models"))
    parts.append(
        Paragraph(
            "The page on TRIPOD+AI and CLEAR says item by item what a report must hold, where this "
            "one holds it, and what the authors must add."
        )
    )
    return Section("limits", "Limits and notes", tuple(parts))


def _limits(study: Study) -> tuple[str, ...]:
    lines, main = [study.caution] if study.caution else [], study.main
    if main is not None and main.malignant < _FEW_MALIGNANT:
        lines.append(
            f"{counted(main.malignant, 'malignant case')} in the set that counts: the intervals "
            "are wide, and small differences between models are not shown by them. No sample size "
            "was calculated beforehand by this software."
        )
    if study.evaluation.test is None:
        lines.append("There were no test cases.")
    if study.bundle.stacking == PAPER and study.bundle.fusions:
        lines.append(STACKING_LINES[PAPER])
    if study.reference:
        lines.append(
            f"P values against {study.reference} are not corrected for the number of comparisons."
        )
    return (*lines, *_ALWAYS)


def reproducibility(study: Study) -> Section:
    """Return versions, seeds, settings and hashes."""
    parts = (
        Paragraph(
            "The bundle's hash covers every file in it. The same software, cases, settings and "
            "seeds give the same models."
        ),
        _listing("Bundle", _bundle(study)),
        _listing("Settings", _settings(study)),
        _listing("Software", _software(study)),
    )
    return Section("reproducibility", "Reproducibility", parts)


def _listing(title: str, values: Mapping[str, object]) -> Listing:
    rows = tuple((name, _text(value)) for name, value in values.items())
    return Listing(title.lower(), Table(title, ("What", "Value"), rows))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bundle(study: Study) -> dict[str, object]:
    bundle = study.bundle
    stacking = {"stacking": bundle.stacking} if bundle.fusions else {}
    return {
        "name": bundle.name,
        "kind": bundle.kind,
        "SHA-256": bundle.bundle_hash or "not saved yet",
        "training": f"{bundle.cohort.line}, {bundle.cohort.malignant} malignant",
        "training cohort": bundle.cohort.description or "not described",
        "models": tuple(bundle.models),
        "protocol": bundle.protocol.name,
        **stacking,
    }


def _settings(study: Study) -> dict[str, object]:
    training = study.training
    values: dict[str, object] = {
        **_of_images(study.bundle),
        "intervals: bootstraps": study.evaluation.bootstraps,
        "intervals: seed of the bootstraps": study.evaluation.seed,
    }
    if training is None:
        return values
    fitted, network = dataclasses.asdict(training.fitted.settings), dict(training.network_settings)
    selection, augmentation = fitted.pop("selection"), network.pop("augmentation", {})
    names = ("models", "selection", "network", "augmentation")
    for group, settings in zip(names, (fitted, selection, network, augmentation), strict=True):
        values |= {f"{group}: {name}": value for name, value in settings.items()}
    if training.epochs:
        values["network: epochs of the final one"] = training.epochs
    values |= {f"seed: {name}": value for name, value in training.seeds.items()}
    if training.minutes is not None:
        values["minutes it took"] = number(training.minutes, 1)
    return values


def _of_images(bundle: Bundle) -> dict[str, object]:
    """Return the settings of what the models read of an image; empty where they read none."""
    values = _rings(bundle.protocol) if bundle.reads_image else {}
    if ColumnKind.RADIOMIC in bundle.kinds:
        radiomics = dataclasses.asdict(load_settings(bundle.radiomics_yaml))
        values["radiomics settings, SHA-256"] = bundle.radiomics_hash
        values |= {f"radiomics: {n}": "none" if v is None else v for n, v in radiomics.items()}
    return values


def _rings(protocol: Protocol) -> dict[str, object]:
    made = {region.name: region.ring for region in protocol.rings}
    widths = {f"{name}: width, mm": ring.width_mm for name, ring in made.items()}
    return widths | {f"{name}: limits, HU": ring.hu_range for name, ring in made.items()}


def _software(study: Study) -> dict[str, object]:
    if study.training is not None:
        return dict(study.software)
    trained = {f"{name} (training)": value for name, value in study.bundle.provenance.items()}
    return {**study.software, **trained}
