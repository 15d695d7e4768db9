"""What a study computes: regions, clinical variables and the models that read them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any

from ..base.errors import ClinicalValueError, UsageError
from .clinical import UNKNOWN, ClinicalRecord, ClinicalVariable
from .columns import ColumnKind, column_of
from .regions import Code, Region, RingSettings

_KINDS = (ColumnKind.RADIOMIC, ColumnKind.NETWORK, ColumnKind.CLINICAL, ColumnKind.LOG_ODDS)
_DASHES = {
    (ColumnKind.RADIOMIC,): "dotted",
    (ColumnKind.NETWORK,): "dashed",
    (ColumnKind.CLINICAL,): "dashdotted",
}


@dataclass(frozen=True)
class ModelSpec:
    """A model: its name and what it reads.

    Attributes:
        radiomics: regions whose radiomic features it may select.
        network: regions of the network's head that it reads.
        clinical: names of the clinical variables that it reads.
        log_odds: names of the models whose log-odds it reads; they come before it.
        color: of its line in drawings, "#rrggbb".
        words: what it is called where no researcher reads; its name if empty.
    """

    name: str
    radiomics: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    clinical: tuple[str, ...] = ()
    log_odds: tuple[str, ...] = ()
    color: str = ""
    words: str = ""

    @property
    def head(self) -> str | None:
        """Name of the network's head that it reads; None without one."""
        return "+".join(self.network) + "_DL" if self.network else None

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions whose image it reads itself, by radiomics or by the network."""
        return tuple(dict.fromkeys((*self.radiomics, *self.network)))

    @property
    def is_fusion(self) -> bool:
        """Whether it reads both radiomics and the network."""
        return bool(self.radiomics and self.network)

    def reads_as(self, other: ModelSpec) -> bool:
        """Whether it reads what another model reads."""
        return self._read == other._read

    @property
    def _read(self) -> tuple[tuple[str, ...], ...]:
        return self.radiomics, self.network, self.clinical, self.log_odds

    @property
    def kinds(self) -> tuple[ColumnKind, ...]:
        """Which kinds of inputs it reads."""
        read = zip(_KINDS, self._read, strict=True)
        return tuple(kind for kind, names in read if names)

    @property
    def dash(self) -> str:
        """How its line is drawn: dotted, dashed or dashdotted by its one kind of input; solid."""
        return _DASHES.get(self.kinds, "solid")


@dataclass(frozen=True, eq=False)
class Protocol:
    """What a study computes; two protocols that say the same are equal.

    Attributes:
        regions: by name; the one that is outlined by hand comes first.
        clinical: the clinical variables by name, in the order in which they are shown.
        models: by name; a model comes after those whose log-odds it reads.
        headline: the first of these models that has a probability is shown first.
    """

    name: str
    title: str
    source: str
    regions: Mapping[str, Region]
    clinical: Mapping[str, ClinicalVariable]
    models: Mapping[str, ModelSpec]
    headline: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Protocol) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash((self.name, *self.regions.values()))  # at once, unlike that of all it says

    @cached_property
    def outlined(self) -> Region:
        """The region that is outlined by hand."""
        return next(region for region in self.regions.values() if region.ring is None)

    @cached_property
    def rings(self) -> tuple[Region, ...]:
        """The regions that are made around others."""
        return tuple(region for region in self.regions.values() if region.ring is not None)

    @cached_property
    def predictors(self) -> dict[str, ClinicalVariable]:
        """The clinical variables that any model reads, by their columns."""
        read = {name for model in self.models.values() for name in model.clinical}
        return {v.column: v for v in self.clinical.values() if v.name in read}

    @cached_property
    def network_heads(self) -> dict[str, tuple[str, ...]]:
        """The regions of each head of the network that any model reads, by the head's name."""
        return {model.head: model.network for model in self.models.values() if model.network}

    @cached_property
    def network_regions(self) -> tuple[str, ...]:
        """The regions that the network is shown, in their order."""
        shown = {region for regions in self.network_heads.values() for region in regions}
        return tuple(name for name in self.regions if name in shown)

    @cached_property
    def first_head(self) -> str | None:
        """The head of the network that the model shown first reads, itself or by log-odds."""
        return next(filter(None, map(self._head_of, (*self.headline, *self.models))), None)

    def _head_of(self, model: str) -> str | None:
        spec = self.models[model]
        return next(filter(None, (spec.head, *map(self._head_of, spec.log_odds))), None)

    def plain(self, name: str) -> str:
        """Return what the region or model of this name is called where no researcher reads."""
        if name in self.regions:
            return self.regions[name].plain
        return (name in self.models and self.models[name].words) or name

    def with_ring(self, settings: RingSettings | None) -> Protocol:
        """Return the protocol with other settings of its first ring; None leaves it as it is.

        Raises:
            UsageError: it has no ring.
        """
        if settings is None or (self.rings and self.rings[0].ring == settings):
            return self
        if not self.rings:
            raise UsageError(
                f"The protocol {self.name} has no ring.", "Leave out the settings of the ring."
            )
        ring = replace(self.rings[0], ring=settings)
        return replace(self, regions={**self.regions, ring.name: ring})

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that it says."""
        text = json.dumps(self.as_json(), separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def record(self, words: Mapping[str, str | float | None]) -> ClinicalRecord:
        """Return the record that the words of a command line, a table or clinical.json say.

        Raises:
            ClinicalValueError: a name is not a variable, or a value is outside its levels.
        """
        for name in sorted(set(words) - set(self.clinical)):
            raise ClinicalValueError(
                f"{name!r} is not a clinical variable.",
                f"The variables are {', '.join(self.clinical)}.",
            )
        values = {name: v.value(words.get(name)) for name, v in self.clinical.items()}
        return ClinicalRecord({name: v for name, v in values.items() if v is not None})

    def has(self, name: str, word: str | float | None) -> bool:
        """Whether there is such a clinical variable, and `word` is a level or number of it."""
        variable = self.clinical.get(name)
        if variable is None:
            return False
        return isinstance(word, float) if variable.is_number else word in variable.levels

    def words(self, record: ClinicalRecord) -> dict[str, str | float | None]:
        """Return every variable's level, "unknown", number or None: what `record` reads again."""
        return {
            name: record.get(name, None if variable.is_number else UNKNOWN)
            for name, variable in self.clinical.items()
        }

    def phrases(self, words: Mapping[str, str | float | None]) -> dict[str, str]:
        """Return in words what is known of the models' clinical inputs, by column.

        Args:
            words: as `words` gives them.
        """
        values = {c: (v, v.value(words.get(v.name))) for c, v in self.predictors.items()}
        return {c: v.in_words(value) for c, (v, value) in values.items() if value is not None}

    def coded(self, record: ClinicalRecord) -> dict[str, float | None]:
        """Return the clinical inputs of the models by column; None if unknown."""
        return {column: v.coded(record.get(v.name)) for column, v in self.predictors.items()}

    @property
    def reference(self) -> str:
        """Name of the model that others are compared with; empty where none is named."""
        return next(iter(self.headline), "")

    def first_shown(self, names: Iterable[str]) -> str | None:
        """Return which of these models is shown first; None of none."""
        known = tuple(names)
        return next((name for name in (*self.headline, *known) if name in known), None)

    def may_read(self, model: str, column: str) -> bool:
        """Whether `column` is an input that the model of this name has: its regions, its head.

        Deep features are selected together with radiomic ones; a model without these reads the
        logit alone.
        """
        spec, found = self.models.get(model), column_of(column)
        if spec is None or found is None:
            return False
        names = {
            ColumnKind.RADIOMIC: spec.radiomics,
            ColumnKind.NETWORK: (spec.head,),
            ColumnKind.DEEP: (spec.head,) if spec.radiomics else (),
            ColumnKind.CLINICAL: [self.clinical[name].column for name in spec.clinical],
            ColumnKind.LOG_ODDS: (*spec.log_odds, *self.parts(model)),
        }
        return found.of in names[found.kind]

    def parts(self, model: str) -> tuple[str, ...]:
        """Return the models that read the radiomics, and the network, of a fusion alone.

        Its cross-fitted form is stacked on their log-odds. Fewer than two where the protocol lacks
        one or lists it after the fusion; none of a model that is no fusion.
        """
        spec = self.models[model]
        alone = ModelSpec("", radiomics=spec.radiomics), ModelSpec("", network=spec.network)
        before = takewhile(lambda other: other is not spec, self.models.values())
        return tuple(m.name for m in before if spec.is_fusion and any(map(m.reads_as, alone)))

    def as_json(self) -> dict[str, Any]:
        """Return all that it says, as `protocol_from` reads it."""
        return {"name": self.name, **_plain(self)}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; of a dataclass what is not its default, without the name."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Code):
        return value._asdict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not is_dataclass(value):
        return value
    said = {f.name: getattr(value, f.name) for f in fields(value) if f.name != "name"}
    defaults = {
        f.name: f.default if f.default_factory is MISSING else f.default_factory()
        for f in fields(value)
    }
    return {key: _plain(item) for key, item in said.items() if item != defaults[key]}
