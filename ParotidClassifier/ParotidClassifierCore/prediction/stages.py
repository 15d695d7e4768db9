"""The stages from a case to the values that its models read; only what changed is computed again.

    grid and rings → radiomic features of each region ┐
                   → what the network says            ┴→ (the models: see `predict`)

What a stage gives is kept under the content of what it was computed from: an edit of the ring
leaves the tumour's features, another bundle leaves the features that both read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..base.cache import Cache, Same
from ..base.files import write_csv
from ..base.one_core import on_one_core
from ..base.progress import Progress, part
from ..bundle.bundle import Bundle
from ..case.grid import PreparedCase, prepare
from ..case.loading import Case
from ..imaging.working_grid import WorkingGrid
from ..protocol import ColumnKind, Protocol, column_of
from ..radiomics.comparison import Comparison
from ..radiomics.engines import Engine
from ..radiomics.extraction import extract
from ..radiomics.kept_images import KeptImages
from ..radiomics.names import columns_of, feature_names
from ..radiomics.settings import RadiomicsSettings, default_settings, load_settings

if TYPE_CHECKING:
    from ..network.forward import Network

_KEPT_GRIDS = 4
_KEPT_VALUES = 24
_KEPT_NETWORKS = 2
_settings = lru_cache(maxsize=8)(load_settings)  # of a bundle's text


@dataclass(frozen=True)
class KeyedCase:
    """A case on its working grid, and what its content is known by."""

    prepared: PreparedCase

    @property
    def grid(self) -> WorkingGrid:
        """CT and regions."""
        return self.prepared.grid

    @cached_property
    def image(self) -> str:
        """What the CT is known by."""
        return self.grid.image_key

    @cached_property
    def keys(self) -> dict[str, tuple[str, str]]:
        """By region, what its voxels are known by: the CT and the mask."""
        return {r: (self.image, self.grid.region_key(r)) for r in self.grid.masks}


class Stages:
    """The stages of a prediction, with what they gave before; new, it holds nothing.

    For one thread. Images of a case that it has seen must not be written to.
    """

    def __init__(self) -> None:
        self._images = Cache(1)
        self._grids = Cache(_KEPT_GRIDS)
        self._values = Cache(_KEPT_VALUES)
        self._networks = Cache(_KEPT_NETWORKS)

    def aside(self) -> Stages:
        """Return stages for other cases: they use the networks of these, and add nothing here."""
        other = Stages()
        other._images, other._networks = self._images, self._networks
        return other

    def prepare(self, case: Case, protocol: Protocol) -> KeyedCase:
        """Return the case on its working grid; see `case.grid.prepare`."""
        rings = tuple(case.rings.values())
        key = (Same(case.ct, case.tumor, *rings), case.moved_lattice, tuple(case.rings), protocol)
        return self._grids.get(key, lambda: KeyedCase(prepare(case, protocol)))

    def radiomics(
        self,
        keyed: KeyedCase,
        bundle: Bundle,
        columns: Collection[str],
        progress: Progress,
        engine: Engine = Engine.BUILT_IN,
    ) -> dict[str, float]:
        """Return the radiomic features among `columns`, by the settings of the bundle's.

        Which engine measured those does not matter: the numbers are the same.

        Raises:
            FeatureExtractionError: as `radiomics.extraction.extract`; and what `progress` raises.
        """
        wanted = sorted(c for c in columns if column_of(c).kind is ColumnKind.RADIOMIC)
        settings = _settings(bundle.radiomics_yaml)
        known: dict[str, dict[str, float]] = {
            region: self._values.get((settings, engine, *key), dict)
            for region, key in keyed.keys.items()
        }
        missing = [c for c in wanted if c not in known[column_of(c).of]]
        measured = self.measure(keyed, missing, settings, progress, engine) if missing else {}
        for column, value in measured.items():
            known[column_of(column).of][column] = value
        return {column: known[column_of(column).of][column] for column in wanted}

    def measure(
        self,
        keyed: KeyedCase,
        columns: Collection[str],
        settings: RadiomicsSettings,
        progress: Progress,
        engine: Engine = Engine.BUILT_IN,
    ) -> dict[str, float]:
        """Return features by column; the filtered images of the last CT serve the next ring on it.

        Raises:
            FeatureExtractionError: as `radiomics.extraction.extract`.
        """
        grid = keyed.grid
        lesion = KeptImages.around(grid.lesion)
        state = keyed.image, settings, lesion.box
        kept = self._images.get("last", lambda: lesion, state)
        return extract(grid, columns, settings, progress, kept, engine)

    def write_features(
        self,
        path: Path,
        case: Case,
        protocol: Protocol,
        progress: Progress,
        engine: Engine = Engine.BUILT_IN,
    ) -> dict[str, float]:
        """Write all radiomic features to a CSV, one row a feature and one column a region.

        Returns:
            The values by column.

        Raises:
            FeatureExtractionError: a feature could not be computed.
            OutputError: the file cannot be written.
        """
        keyed = self.prepare(case, protocol)
        masks = keyed.grid.masks
        values = self.measure(keyed, columns_of(masks), default_settings(), progress, engine)
        rows = ([name, *(repr(values[f"{r}_{name}"]) for r in masks)] for name in feature_names())
        write_csv(path, ["feature", *masks], rows)
        return values

    def compare_engines(
        self, path: Path, case: Case, protocol: Protocol, progress: Progress
    ) -> Comparison:
        """Write all radiomic features by both engines to a CSV, one row a feature of a region.

        Raises:
            FeatureExtractionError: a feature could not be computed.
            MissingPackageError: PyRadiomics is missing.
            OutputError: the file cannot be written.
        """
        keyed = self.prepare(case, protocol)
        columns, settings = columns_of(keyed.grid.masks), default_settings()
        found = Comparison(
            *(
                self.measure(keyed, columns, settings, part(progress, start, start + 0.5), engine)
                for start, engine in ((0.0, Engine.BUILT_IN), (0.5, Engine.PYRADIOMICS))
            )
        )
        write_csv(path, found.header, found.rows)
        return found

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
        if kinds.isdisjoint(column_of(column).kind for column in columns):
            return {}
        shown = [keyed.keys[region] for region in bundle.protocol.network_regions]
        key = (*_network_key(bundle), device, *shown)
        values = self._values.get(key, lambda: self._network_values(keyed.grid, bundle, device))
        return {c: float(of_all[0]) for c, of_all in values.columns(columns).items()}

    def _network_values(self, grid: WorkingGrid, bundle: Bundle, device: str) -> Any:
        from ..network.inference import predict_values
        from ..network.inputs import network_input

        with on_one_core():
            network = self.network_of(bundle)
            return predict_values(network, network_input(grid, network.regions)[None], device)

    def network_of(self, bundle: Bundle) -> Network:
        """Return the network of a bundle that has one.

        Raises:
            BundleError: its weights are refused.
        """
        from ..network.weights import load_network

        return self._networks.get(
            _network_key(bundle), lambda: load_network(bundle.weights(), bundle.protocol)
        )


def _network_key(bundle: Bundle) -> tuple[object, ...]:
    return bundle.network, tuple(bundle.protocol.network_heads.items())
