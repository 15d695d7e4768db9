"""What was computed of each case of a cohort, kept by the content of what it was computed from."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..base.cache import content_key
from ..base.disk import extended
from ..base.files import DAMAGED_ZIP, written_whole
from ..base.parallel import Failure, Machines, run_each
from ..base.progress import Progress, silent
from ..dicom.source import Acquisition
from ..radiomics.engines import Engine
from .reading import CaseFeatures, Reading

_INPUTS = "network-inputs-"
_LONGEST_NAME = 90  # characters, of a key and what is written beside it


def default_cache(table: Path) -> Path:
    """Return the folder beside a cohort's table where its features are kept."""
    return extended(table.with_name(f"{table.stem}.cache"), below=_LONGEST_NAME)


@dataclass(frozen=True)
class CohortCache:
    """A folder of features, one file for each reading, named by the reading's key.

    A file appears whole or not at all, so a run can be killed at any moment.

    Attributes:
        machines: that compute what is not kept yet.
        engine: that measures the radiomic features.
    """

    folder: Path
    machines: Machines = field(default_factory=Machines)
    engine: Engine = Engine.BUILT_IN

    @property
    def networks(self) -> Path:
        """The folder in which networks that are trained leave their epochs."""
        return self.folder / "networks"

    def store(self, reading: Reading) -> str:
        """Compute what is not kept yet and return the reading's key.

        Raises:
            OutputError: the folder cannot be written, or the disk is full.
            ParotidClassifierError: the case cannot be used.
        """
        if self._read(reading.key) is None:
            self._write(reading.key, reading.features())
        return reading.key

    def store_all(
        self,
        readings: Sequence[Reading],
        names: Sequence[str],
        progress: Progress = silent,
        what: str = "case",
    ) -> list[str | Failure]:
        """Store what is read of all cases and return, for each, its key or why it has none.

        Args:
            what: a reading is, in what is told of the progress.
        """
        work = [(reading,) for reading in readings]
        return run_each(self.store, work, names, self.machines, progress, what)

    def load(self, key: str) -> CaseFeatures:
        """Return what was stored under `key`.

        Raises:
            KeyError: nothing, or it is damaged.
        """
        features = self._read(key)
        if features is None:
            raise KeyError(key)
        return features

    def network_inputs(self, keys: Sequence[str]) -> np.ndarray:
        """Return the network inputs of the readings, mapped from a file: (n, regions, 16, 96, 96).

        Of the cohorts that share this folder, the one at hand keeps such a file.
        """
        name = content_key(*keys)[:16]
        path = self.folder / f"{_INPUTS}{name}.npy"
        with contextlib.suppress(OSError, ValueError, EOFError):  # not there, or damaged
            return np.load(path, mmap_mode="r")
        for older in self.folder.glob(f"{_INPUTS}*.npy"):
            with contextlib.suppress(OSError):  # in use by another run
                older.unlink()
        self._write_inputs(path, keys)
        return np.load(path, mmap_mode="r")

    def _write_inputs(self, path: Path, keys: Sequence[str]) -> None:
        shape = (len(keys), *self.load(keys[0]).network_input.shape)
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        # Written, not mapped: on a full disk a map ends the process without a word.
        with written_whole(path) as beside, beside.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for key in keys:
                file.write(self.load(key).network_input.astype("<f4").tobytes())

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _write(self, key: str, features: CaseFeatures) -> None:
        facts = {
            "columns": list(features.radiomics),
            "fingerprint": features.fingerprint,
            "spacing": features.spacing,
            "volumes": features.volumes,
            "findings": features.findings,
        }
        if features.acquisition is not None:
            facts["acquisition"] = features.acquisition.facts()
        with written_whole(self._path(key)) as beside, beside.open("wb") as file:
            np.savez_compressed(
                file,
                facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
                radiomics=np.array(list(features.radiomics.values())),
                network_input=features.network_input,
            )

    def _read(self, key: str) -> CaseFeatures | None:
        """Return what is kept under `key`; None if there is nothing that can be read."""
        try:
            with self._path(key).open("rb") as file, np.load(file, allow_pickle=False) as kept:
                facts = json.loads(kept["facts"].tobytes())
                columns = facts.pop("columns")
                radiomics = dict(zip(columns, kept["radiomics"].tolist(), strict=True))
                network_input = kept["network_input"]
        except (OSError, ValueError, KeyError, EOFError, *DAMAGED_ZIP):
            return None
        return CaseFeatures(
            radiomics=radiomics,
            network_input=network_input,
            fingerprint=facts["fingerprint"],
            spacing=tuple(facts["spacing"]),
            volumes=facts["volumes"],
            findings=tuple(facts["findings"]),
            acquisition=Acquisition.of(facts["acquisition"]) if "acquisition" in facts else None,
        )
