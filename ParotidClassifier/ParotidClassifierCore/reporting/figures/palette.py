"""Which line belongs to which model, in every drawing alike.

The protocol says each model's colour and dash: colour tells the regions and dashes tell the method,
so that lines stay apart for readers who see few colours and on paper.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...protocol import ColumnKind, ModelSpec, Protocol

_DASHES = {
    "solid": "solid",
    "dotted": (0, (1.2, 1.4)),
    "dashed": (0, (5, 2)),
    "dashdotted": (0, (6, 1.5, 1.2, 1.5)),
}
_FAMILIES = {
    (ColumnKind.RADIOMIC,): "Radiomics",
    (ColumnKind.NETWORK,): "Deep network",
    (ColumnKind.RADIOMIC, ColumnKind.NETWORK): "Radiomics and network",
}
_OTHERS = "Models on findings"


def families_of(protocol: Protocol, names: Iterable[str]) -> dict[str, list[ModelSpec]]:
    """Return models that are drawn together, by what they read."""
    families: dict[str, list[ModelSpec]] = {}
    for name in names:
        model = protocol.models[name]
        families.setdefault(_FAMILIES.get(model.kinds, ""), []).append(model)
    return {family or _title(models): models for family, models in families.items()}


def _title(models: list[ModelSpec]) -> str:
    return " and ".join(model.name for model in models) if len(models) < 3 else _OTHERS


def line_of(protocol: Protocol, model: ModelSpec) -> dict[str, object]:
    """Return the keyword arguments of a matplotlib line."""
    width = 2.4 if model.name == protocol.reference else 1.8
    return {"color": model.color, "linestyle": _DASHES[model.dash], "linewidth": width}
