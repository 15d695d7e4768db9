"""From the case on the screen to a result, and to what is asked about it, by another process."""

from pathlib import Path

from ParotidClassifierCore.base.disk import remove_tree
from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.case.grid import require_rings
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.imaging.origin import with_origin
from ParotidClassifierCore.radiomics.engines import Engine
from slicer.i18n import tr as _

from ..Scene import DicomSource
from ..Scene.Parameters import clinicalRecord
from .Additions import Addition, isUsed
from .CaseFolder import CaseFolder
from .Worker import SUPERSEDED

_SALIENCY_FILE = "saliency.nrrd"
_ARCHIVE = "dicom"  # folder of what goes into Slicer's DICOM database


class Classification:
    """Hands the case to the worker and keeps what comes back; the newest request counts.

    Where a method takes callbacks, onProgress is called with the fraction done and the step at
    hand, and at the end either onDone or onError with kind, message and remedy. The kind is
    SUPERSEDED where a newer request took the place of this one. A case that cannot be used as it is
    raises a ParotidClassifierError, and so does a question about a result that is not current.

    Attributes:
        onKept: called without arguments when a new result was kept.
        onRest: called without arguments when a request ended, however it did.
    """

    def __init__(self, sceneCase, ringChoice, ringFollower, bundles, fingerprint, results, worker):
        self._sceneCase = sceneCase
        self._ringChoice = ringChoice
        self._ringFollower = ringFollower
        self._bundles = bundles
        self._fingerprint = fingerprint
        self._results = results
        self._worker = worker
        self._caseFolder = CaseFolder()
        self._isAwaited = False
        self.onKept = self.onRest = _ignored

    @property
    def isBusy(self) -> bool:
        """Whether the worker answers a request, also one that nobody waits for."""
        return self._worker.isBusy

    @property
    def isRunning(self) -> bool:
        """Whether the user waits for the worker; what goes on in the background is not meant."""
        return self._worker.isBusy and self._isAwaited

    @property
    def isWarm(self) -> bool:
        """Whether an answer would come at once."""
        return self._worker.isWarm

    def warmUp(self, parameterNode) -> None:
        """Have the libraries and the chosen bundle loaded before the first request."""
        try:
            bundle = self._bundles.chosen(parameterNode)
        except ParotidClassifierError:  # told where it is chosen
            return
        self._worker.warmUp(str(bundle.path))

    def classify(self, parameterNode, onProgress, onDone, onError) -> None:
        """Classify the case; the result is kept in the parameter node before onDone is called."""
        self._classify(parameterNode, True, onProgress, onDone, onError)

    def classifyInBackground(self, parameterNode) -> None:
        """Classify the case without a word; what goes wrong leaves the last result as it was."""
        self._classify(parameterNode, False, _ignored, _ignored, _ignored)

    def exportFeatures(self, parameterNode, path: str, *callbacks) -> None:
        """Write all radiomic features as CSV, as the command line does."""
        self._ask(parameterNode, "features", True, *callbacks, out=str(path))

    def exportDicom(
        self,
        parameterNode,
        folder: str,
        keepIdentity: bool,
        showOutside: bool,
        onProgress,
        onDone,
        onError,
    ) -> None:
        """Write the current result as DICOM SEG and Structured Report to a folder.

        With `showOutside` the numbers of a case that is unlike the training cases are in it, too.
        onDone is called with Core's answer to "dicom": the files, and the files for Slicer's DICOM
        database, with the UIDs of what is in them. Those for the database name the patient in any
        case; they are removed when onDone or onError returns.

        Raises:
            UsageError: the CT was not loaded from DICOM.
        """
        self._results.requireCurrent(parameterNode)
        files = [str(path) for path in DicomSource.filesOf(parameterNode.ct)]
        archive = self._caseFolder.ensured() / _ARCHIVE

        def thenRemoved(callback):
            def called(*answer):
                try:
                    callback(*answer)
                finally:
                    remove_tree(archive)

            return called

        callbacks = onProgress, thenRemoved(onDone), thenRemoved(onError)
        options = {"files": files, "out": str(folder), "archive": str(archive)}
        options |= {"keep_identity": keepIdentity, "show_outside": showOutside}
        self._ask(parameterNode, "dicom", True, *callbacks, **options)

    def writeReport(
        self, parameterNode, folder: str, label: str, showOutside: bool, *callbacks
    ) -> None:
        """Write the report of the case of the current result, as HTML and PDF, to a folder.

        A second opinion that was asked for stands in it, as long as the other bundle is there. An
        empty label leaves a line to write on. With `showOutside` the numbers of a case that is
        unlike the training cases are in it, too. onDone is called with Core's answer to "report".
        """
        options = {"out": str(folder), "case_label": label, "show_outside": showOutside}
        opinion = self._results.requireCurrent(parameterNode).get("secondOpinion")
        other = opinion and self._bundles.withHash(opinion["bundle"]["hash"])
        if other:
            options["second_bundle"] = str(other.path)
        self._ask(parameterNode, "report", True, *callbacks, **options)

    def stability(self, parameterNode, showOutside: bool, *callbacks) -> None:
        """Ask how the current result changes when the case is outlined a little differently.

        Of a case that is unlike the training cases it is told with `showOutside` alone.
        It is kept with the result, and onDone is called with it: Core's answer to "stability".
        """
        callbacks = self._keeping(parameterNode, "stability", *callbacks)
        self._ask(parameterNode, "stability", False, *callbacks, show_outside=showOutside)

    def secondOpinion(self, parameterNode, path: str, *callbacks) -> None:
        """Ask what the bundle at this path says of the case of the current result.

        It is kept with the result, and onDone is called with it: Core's answer to "second_opinion".
        """
        callbacks = self._keeping(parameterNode, "secondOpinion", *callbacks)
        self._ask(parameterNode, "second_opinion", False, *callbacks, second_bundle=path)

    def saliency(self, parameterNode, showOutside: bool, *callbacks) -> None:
        """Ask where the network looked; onDone is called with Core's answer to "saliency".

        Of a case that is unlike the training cases it is told with `showOutside` alone.
        The file that it names goes with the case: it is to be loaded at once.
        """
        path = str(self._caseFolder.ensured() / _SALIENCY_FILE)
        options = {"out": path, "show_outside": showOutside}
        self._ask(parameterNode, "saliency", False, *callbacks, **options)

    def saveCase(self, parameterNode, folder: str) -> None:
        """Write CT, outlines and clinical record to a folder that the command line reads.

        Raises:
            ParotidClassifierError: the case is not complete, or the folder cannot be written.
        """
        ct, drawn = self._ctAndDrawn(parameterNode)
        geometry = drawn.lattice.geometry(drawn.box)
        tumor, *rings = (geometry.image(mask) for mask in drawn.masks.values())
        origin = self._sceneCase.origin(parameterNode)
        if origin is not None:
            tumor = with_origin(tumor, origin)
        source = self._sceneCase.source(parameterNode)
        named = dict(zip([ring.name for ring in drawn.protocol.rings], rings, strict=True))
        record = clinicalRecord(parameterNode, self._bundles.protocol(parameterNode))
        case = Case(ct, tumor, named, record, source)
        save_case_folder(Path(folder), case, protocol=drawn.protocol)

    def cancel(self) -> None:
        """Give up what is running; it is not called back any more."""
        self._worker.cancel()
        self.onRest()

    def forgetCase(self) -> None:
        """Give up what is running and let go of the case."""
        self._worker.cancel()
        self._caseFolder.remove()

    def stop(self) -> None:
        """Give up everything and return when no process is left."""
        self._worker.stop()
        self._caseFolder.remove()

    def _classify(self, parameterNode, isAwaited, onProgress, onDone, onError) -> None:
        request = self._request(parameterNode, "predict")
        fingerprint = self._fingerprint.of(parameterNode)

        def keep(answer):
            self._results.keep(parameterNode, answer, fingerprint)
            self.onKept()
            onDone()

        self._send(request, isAwaited, onProgress, keep, onError)

    def _ask(self, parameterNode, command: str, isAwaited: bool, *callbacks, **options) -> None:
        """Ask the worker about the case of the current result."""
        self._results.requireCurrent(parameterNode)
        request = self._request(parameterNode, command, **options)
        self._send(request, isAwaited, *callbacks)

    def _keeping(self, parameterNode, name: str, onProgress, onDone, onError) -> tuple:
        """Return callbacks that keep the answer by this name with the result asked about."""
        result = self._results.requireCurrent(parameterNode)

        def keep(answer):
            if self._results.keepWith(parameterNode, result, **{name: answer}):
                onDone(answer)
            else:
                onError(SUPERSEDED, _("There is another result now."), "")

        return onProgress, keep, onError

    def _ctAndDrawn(self, parameterNode) -> tuple:
        self._ringFollower.settle()
        if self._ringFollower.problem is not None:
            raise self._ringFollower.problem
        ct = self._sceneCase.ct(parameterNode)
        drawn = self._ringFollower.drawn
        if drawn is None:
            self._sceneCase.tumor(parameterNode)  # says that there is none
        require_rings(drawn)
        return ct, drawn

    def _request(self, parameterNode, command: str, **options) -> dict:
        """Have the images where the worker reads them; what is not refined is drawn there."""
        bundle = self._bundles.chosen(parameterNode)
        ring = self._ringChoice.asked(parameterNode)
        record = clinicalRecord(parameterNode, bundle.protocol)
        ct, drawn = self._ctAndDrawn(parameterNode)
        source = self._sceneCase.source(parameterNode)
        origin = self._sceneCase.origin(parameterNode)
        isRefined = self._ringFollower.isRefined
        folder = self._caseFolder.write(ct, drawn, isRefined, source, origin)
        request = {"command": command, "bundle": str(bundle.path), "case": str(folder)}
        request["clinical"] = dict(record)
        if isUsed(Addition.TORCH):
            request["device"] = "auto"
        if isUsed(Addition.RADIOMICS):
            request["radiomics_engine"] = Engine.PYRADIOMICS.value
        if ring is not None:
            request["ring"] = {"width_mm": ring.width_mm, "hu_range": list(ring.hu_range)}
        return {**request, **options}

    def _send(self, request: dict, isAwaited: bool, onProgress, onResult, onError) -> None:
        self._isAwaited = isAwaited
        ends = map(self._atRestAfter, (onResult, onError))
        self._worker.request(request, onProgress, *ends)

    def _atRestAfter(self, callback):
        def called(*answer):
            try:
                callback(*answer)
            finally:
                self.onRest()

        return called


def _ignored(*_values) -> None:
    """Take no notice."""
