"""The stages from a case to the values that its models read; only what changed is computed again.

    grid and ring → radiomic features of each region ┐
                  → what the network says            ┴→ (the models: see `predict`)

What a stage gives is kept under the content of what it was computed from: an edit of the ring
leaves the tumour's features, another bundle leaves the features that both read.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .case.grid import PreparedCase, prepare
from .case.working_grid import REGIONS
from .models.names import ColumnKind, column_kind
from .progress import Progress, silent

if TYPE_CHECKING:
    from .case.loading import Case
    from .case.working_grid import WorkingGrid
    from .deep.network import MultiInputNetwork
    from .models.bundle import Bundle
    from .ring import RingSettings

_KEPT_GRIDS = 4
_KEPT_VALUES = 24
_KEPT_NETWORKS = 2


class Recent:
    """What was used last, by key; what was not used for longest goes when there is too much.

    Args:
        most: entries that are kept.
    """

    def __init__(self, most: int):
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under `key`; make() where nothing is."""
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


@dataclass(frozen=True)
class KeyedCase:
    """A case on its working grid, and what its content is known by.

    Attributes:
        case: as loaded.
        ring: settings of the automatic ring.
        prepared: the case on its grid.
    """

    case: Case
    ring: RingSettings
    prepared: PreparedCase

    def is_of(self, case: Case, ring: RingSettings) -> bool:
        """Whether these are the very images, and the ring settings, that this came from."""
        same = (self.case.ct is case.ct, self.case.tumor is case.tumor, self.case.ring is case.ring)
        return all(same) and self.ring == ring

    @property
    def grid(self) -> WorkingGrid:
        """CT, Tumor and External2."""
        return self.prepared.grid

    @cached_property
    def image_key(self) -> str:
        """SHA-256 of the CT on the grid and of where it lies."""
        return _digest(self.grid.ct, repr((self.grid.geometry, self.grid.ct.shape)))

    @cached_property
    def region_keys(self) -> dict[str, str]:
        """By region, the SHA-256 of its mask."""
        return {region: _digest(self.grid.mask(region)) for region in REGIONS}


@dataclass
class Stages:
    """The stages of a prediction, with what they gave before; new, it holds nothing.

    For one thread. Images of a case that it has seen must not be written to.
    """

    _cases: list[KeyedCase] = field(default_factory=list)
    _values: Recent = field(default_factory=lambda: Recent(_KEPT_VALUES))
    _networks: Recent = field(default_factory=lambda: Recent(_KEPT_NETWORKS))

    def prepare(self, case: Case, ring: RingSettings) -> KeyedCase:
        """Return the case on its working grid; see `case.grid.prepare`."""
        known = next((one for one in self._cases if one.is_of(case, ring)), None)
        if known is None:
            known = KeyedCase(case, ring, prepare(case, ring))
        self._cases = [known, *(one for one in self._cases if one is not known)][:_KEPT_GRIDS]
        return known

    def radiomics(
        self,
        keyed: KeyedCase,
        bundle: Bundle,
        columns: Collection[str],
        progress: Progress = silent,
    ) -> dict[str, float]:
        """Return the radiomic features among `columns`, measured as the bundle's were.

        Raises:
            FeatureExtractionError: as `radiomics.extraction.extract`.
        """
        wanted = sorted(c for c in columns if column_kind(c) is ColumnKind.RADIOMIC)
        if not wanted:
            return {}
        from .radiomics.extraction import extract
        from .radiomics.settings import load_settings

        settings = load_settings(bundle.radiomics_yaml)
        known: dict[str, dict[str, float]] = {
            region: self._values.get((settings, keyed.image_key, key), dict)
            for region, key in keyed.region_keys.items()
        }
        missing = [c for c in wanted if c not in known[c.partition("_")[0]]]
        for column, value in extract(keyed.grid, missing, settings, progress=progress).items():
            known[column.partition("_")[0]][column] = value
        return {column: known[column.partition("_")[0]][column] for column in wanted}

    def network(
        self, keyed: KeyedCase, bundle: Bundle, columns: Collection[str], device: str
    ) -> dict[str, float]:
        """Return what the bundle's network says of the case: its logits, and deep features.

        Nothing where `columns` has neither.

        Raises:
            BundleError: the network's weights are refused.
            DeviceUnavailableError: "cuda" on a machine without a GPU.
        """
        kinds = {ColumnKind.NETWORK, ColumnKind.DEEP}
        if kinds.isdisjoint(map(column_kind, columns)):
            return {}
        key = (bundle.network, device, keyed.image_key, *keyed.region_keys.values())
        values = self._values.get(key, lambda: self._network_values(keyed.grid, bundle, device))
        return {c: float(of_all[0]) for c, of_all in values.columns(columns).items()}

    def _network_values(self, grid: WorkingGrid, bundle: Bundle, device: str) -> Any:
        from .deep.device import reproducible
        from .deep.inputs import network_input
        from .deep.prediction import predict_values

        # One thread: the same bits whatever the number of cores, and nothing to fight over.
        with reproducible(threads=1):
            return predict_values(self.network_of(bundle), network_input(grid)[None], device)

    def network_of(self, bundle: Bundle) -> MultiInputNetwork:
        """Return the network of a bundle that has one.

        Raises:
            BundleError: its weights are refused.
        """
        from .deep.weights import load_network

        def load() -> MultiInputNetwork:
            with bundle.network_file() as path:
                return load_network(path)

        return self._networks.get(bundle.network, load)


def _digest(array: np.ndarray, more: str = "") -> str:
    digest = hashlib.sha256(more.encode())
    digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
