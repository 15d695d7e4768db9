"""The stages from a case to the values that its models read; only what changed is computed again.

    grid and ring → radiomic features of each region ┐
                  → what the network says            ┴→ (the models: see `predict`)

What a stage gives is kept under the content of what it was computed from: an edit of the ring
leaves the tumour's features, another bundle leaves the features that both read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ..base.progress import Progress
from ..bundle.bundle import Bundle
from ..case.grid import PreparedCase, prepare
from ..case.loading import Case
from ..imaging.content import image_key, region_key
from ..imaging.ring import RingSettings
from ..imaging.working_grid import WorkingGrid
from ..protocol.names import ColumnKind, column_kind
from ..protocol.region_names import REGIONS
from ..radiomics.settings import RadiomicsSettings, load_settings
from .companion import Companion
from .measuring import Finish, Measurer

if TYPE_CHECKING:
    from ..network.mobilenet import MultiInputNetwork

_KEPT_GRIDS = 4
_KEPT_VALUES = 24
_KEPT_NETWORKS = 2
# How long the network takes; see the costs in radiomics.shares.
_NETWORK_MS = 50.0


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
    def keys(self) -> dict[str, tuple[str, str]]:
        """By region, what its voxels are known by: the CT and the mask."""
        image = image_key(self.grid)
        return {region: (image, region_key(self.grid, region)) for region in REGIONS}


class Stages:
    """The stages of a prediction, with what they gave before; new, it holds nothing.

    For one thread. Images of a case that it has seen must not be written to.

    Args:
        companion: takes a share of the features; None to measure all of them here.
    """

    def __init__(self, companion: Companion | None = None):
        self.measurer = Measurer(companion)
        self._cases: list[KeyedCase] = []
        self._values = Recent(_KEPT_VALUES)
        self._networks = Recent(_KEPT_NETWORKS)

    def aside(self) -> Stages:
        """Return stages for other cases: they use the networks of these, and add nothing here."""
        other = Stages()
        other.measurer, other._networks = self.measurer, self._networks
        return other

    def prepare(self, case: Case, ring: RingSettings) -> KeyedCase:
        """Return the case on its working grid; see `case.grid.prepare`."""
        known = next((one for one in self._cases if one.is_of(case, ring)), None)
        if known is None:
            known = KeyedCase(case, ring, prepare(case, ring))
        self._cases = [known, *(one for one in self._cases if one is not known)][:_KEPT_GRIDS]
        return known

    def begin_radiomics(self, keyed: KeyedCase, bundle: Bundle, columns: Collection[str]) -> Finish:
        """Begin with the radiomic features among `columns`, measured as the bundle's were.

        Returns:
            What does the rest, given a progress, and returns the values by column; it raises
            FeatureExtractionError as `radiomics.extraction.extract` does.
        """
        wanted = sorted(c for c in columns if column_kind(c) is ColumnKind.RADIOMIC)
        settings = _settings(bundle.radiomics_yaml)
        known: dict[str, dict[str, float]] = {
            region: self._values.get((settings, *key), dict) for region, key in keyed.keys.items()
        }
        missing = [c for c in wanted if c not in known[_region(c)]]
        rest = self.measurer.begin(keyed.grid, missing, settings, wanted, _NETWORK_MS)

        def finish(progress: Progress) -> dict[str, float]:
            for column, value in rest(progress).items():
                known[_region(column)][column] = value
            return {column: known[_region(column)][column] for column in wanted}

        return finish

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
        key = (bundle.network, device, *keyed.keys.values())
        values = self._values.get(key, lambda: self._network_values(keyed.grid, bundle, device))
        return {c: float(of_all[0]) for c, of_all in values.columns(columns).items()}

    def _network_values(self, grid: WorkingGrid, bundle: Bundle, device: str) -> Any:
        from threadpoolctl import threadpool_limits

        from ..network.device import reproducible
        from ..network.inference import predict_values
        from ..network.inputs import network_input

        # One thread: the same bits whatever the number of cores, and nothing to fight over.
        with reproducible(threads=1), threadpool_limits(1, user_api="blas"):
            return predict_values(self.network_of(bundle), network_input(grid)[None], device)

    def network_of(self, bundle: Bundle) -> MultiInputNetwork:
        """Return the network of a bundle that has one.

        Raises:
            BundleError: its weights are refused.
        """
        from ..network.weights import load_network

        return self._networks.get(bundle.network, lambda: load_network(bundle.weights()))


def _region(column: str) -> str:
    return column.partition("_")[0]


@lru_cache(maxsize=8)
def _settings(text: str) -> RadiomicsSettings:
    return load_settings(text)
