"""From the case on the screen to a result, by the background process."""

import shutil
import tempfile
from pathlib import Path

from ParotidClassifierCore.case.grid import require_drawn_ring
from ParotidClassifierCore.case.lattice import lattice_of
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.saving import save_case_folder

from .Parameters import clinicalRecord, ringSettings


class Classification:
    """Hands the case to the worker and keeps what comes back.

    Args:
        sceneCase: reads the CT.
        ringFollower: has the tumour and the ring as they are shown.
        bundles: knows where the chosen bundle lies.
        fingerprint: names the inputs of a result.
        results: keeps it.
        worker: computes.
    """

    def __init__(self, sceneCase, ringFollower, bundles, fingerprint, results, worker):
        self._sceneCase = sceneCase
        self._ringFollower = ringFollower
        self._bundles = bundles
        self._fingerprint = fingerprint
        self._results = results
        self._worker = worker
        self._folder = None

    @property
    def isRunning(self) -> bool:
        """Whether the worker works for this module."""
        return self._worker.isBusy

    def classify(self, parameterNode, onProgress, onDone, onError) -> None:
        """Classify the case; the result is kept in the parameter node before onDone is called.

        Raises:
            ParotidClassifierError: the case cannot be classified as it is.
        """
        bundle = self._bundles.chosen(parameterNode)
        request = self._request(parameterNode, "predict", bundle=str(bundle.path))
        fingerprint = self._fingerprint.of(parameterNode)

        def keep(answer):
            self._results.keep(parameterNode, answer, fingerprint)
            onDone()

        self._send(request, onProgress, keep, onError)

    def exportFeatures(self, parameterNode, path: str, onProgress, onDone, onError) -> None:
        """Write all radiomic features of both regions as CSV, as the command line does.

        Raises:
            UsageError: there is no current result to go with them.
            ParotidClassifierError: the case cannot be used as it is.
        """
        self._results.requireCurrent(parameterNode)
        request = self._request(parameterNode, "features", out=str(path))

        def done(_answer):
            onDone()

        self._send(request, onProgress, done, onError)

    def saveCase(self, parameterNode, folder: str) -> None:
        """Write CT, outlines and clinical record to a folder that the command line reads.

        Raises:
            ParotidClassifierError: the case is not complete, or the folder cannot be written.
        """
        save_case_folder(Path(folder), self._case(parameterNode, withRing=True))

    def cancel(self) -> None:
        """Give up what is running; nothing is called back any more."""
        self._worker.cancel()
        self._removeFolder()

    def stop(self) -> None:
        """Give up what is running and return when no process is left."""
        self._worker.stop()
        self._removeFolder()

    def _case(self, parameterNode, withRing: bool) -> Case:
        self._ringFollower.flush()
        if self._ringFollower.problem is not None:
            raise self._ringFollower.problem
        ct = self._sceneCase.ct(parameterNode)
        drawn = self._ringFollower.drawn
        if drawn is None:
            self._sceneCase.tumor(parameterNode)  # says that there is none
        require_drawn_ring(drawn)
        geometry = lattice_of(ct).geometry(drawn.box)
        return Case(
            ct,
            geometry.image(drawn.tumor),
            geometry.image(drawn.ring) if withRing else None,
            clinicalRecord(parameterNode),
        )

    def _request(self, parameterNode, command: str, **options) -> dict:
        """Write the case where the worker reads it; a ring that is not refined is drawn there."""
        settings = ringSettings(parameterNode)
        case = self._case(parameterNode, withRing=self._ringFollower.isRefined)
        self._removeFolder()
        self._folder = Path(tempfile.mkdtemp(prefix="ParotidClassifier-"))
        save_case_folder(self._folder, case, compress_ct=False)
        ring = {"width_mm": settings.width_mm, "hu_range": list(settings.hu_range)}
        return {"command": command, "case": str(self._folder), "ring": ring, **options}

    def _send(self, request: dict, onProgress, onResult, onError) -> None:
        def finish(callback):
            def finished(*answer):
                self._removeFolder()
                callback(*answer)

            return finished

        self._worker.request(request, onProgress, finish(onResult), finish(onError))

    def _removeFolder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
