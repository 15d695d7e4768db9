"""What the worker can be asked for: from a request to the facts of its result."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..base.errors import ClinicalValueError, UnusableMaskError, UsageError
from ..base.files import require_file, require_folder, written_together
from ..base.progress import Progress, part
from ..base.strict_json import as_number, as_numbers
from ..base.words import counted
from ..bundle.bundle import Bundle
from ..bundle.shipped import find_bundle
from ..bundle.store import load_bundle
from ..case.loading import Case, load_case_folder
from ..dicom.series import source_of_files
from ..dicom.source import SourceSeries
from ..imaging.file_cache import FileCache
from ..imaging.perturbation import OUTLINES
from ..imaging.working_grid import Geometry
from ..network.device import CPU, known_device
from ..prediction.saliency import save_saliency
from ..prediction.second_opinion import require_another
from ..prediction.session import Session
from ..prediction.stability import MOST_OUTLINES
from ..prediction.stages import Stages
from ..protocol import ClinicalRecord, Protocol, RingSettings, shen2026
from ..radiomics.engines import Engine
from ..reporting.answering import Answer, Asked, answer, is_withheld
from ..reporting.case.labels import REPORT_HTML, REPORT_PDF, ReportLabels
from ..reporting.case_view import HOW_TO_SEE
from ..reporting.dicom.source_headers import Sources, read_source_headers
from .inbox import RIVALS, Command, Request

_LARGEST_SEED = 2**32 - 1
_SIDE_MM, _RADIUS_MM = 24, 6  # of the case that warms up


class Desk:
    """Answers one request after the other, and keeps what the next one may need again."""

    def __init__(self) -> None:
        self._files = FileCache()
        self._stages = Stages()

    @property
    def commands(self) -> dict[str, Command]:
        """The commands by their names."""
        return {name: getattr(self, name) for name in ("warm", *RIVALS)}

    def warm(self, request: Request, progress: Progress) -> dict[str, object]:
        """Load the libraries, the bundle and its network, so that the first prediction is quick.

        A small ball in noise is classified: what is slow the first time is then done. Needs a
        bundle; answers the name and the hash of the one that was loaded.
        """
        progress(0.0, "loading the models")
        bundle = self._bundle(request)
        Session(_ball(bundle.protocol), bundle, stages=self._stages).predict(progress)
        return {"bundle": {"name": bundle.name, "hash": bundle.bundle_hash}}

    def predict(self, request: Request, progress: Progress) -> dict[str, object]:
        """Classify the case in a folder; answers the prediction and the features it read."""
        progress(0.0, "reading")
        prediction = self._session(request).predict(progress)
        return {"prediction": prediction.as_dict(), "features": prediction.features}

    def stability(self, request: Request, progress: Progress) -> dict[str, object]:
        """Classify the case again under slightly different outlines; see `Session.stability`.

        A case that is unlike the training cases is refused unless "show_outside" is true.
        May say how many ("count") and which ("seed"); answers the probabilities of each model, how
        often each call changes, and how many outlines could not be classified.
        """
        count = _whole(request, "count", OUTLINES, 1, MOST_OUTLINES)
        seed = _whole(request, "seed", 0, 0, _LARGEST_SEED)
        session = self._shown_session(request, part(progress, 0.0, 0.1))
        found = session.stability(part(progress, 0.1, 1.0), count, seed)
        if found.unusable == count:
            raise UnusableMaskError(
                f"None of {counted(count, 'slightly different outline')} could be classified.",
                "Check the outline: it may be too small, or at the border of the scan.",
            )
        return found.as_dict()

    def saliency(self, request: Request, progress: Progress) -> dict[str, object]:
        """Write where the network looked as a volume, float32 from 0 to 1, to "out".

        A case that is unlike the training cases is refused unless "show_outside" is true.
        """
        out = _out_file(request)
        session = self._shown_session(request, part(progress, 0.0, 0.5))
        save_saliency(out, session.saliency(part(progress, 0.5, 1.0)))
        return {"out": str(out)}

    def features(self, request: Request, progress: Progress) -> dict[str, object]:
        """Write all radiomic features of the case in a folder."""
        out = _out_file(request)
        progress(0.0, "reading")
        protocol = self._protocol(request).with_ring(_ring(request))
        engine = _engine(request)
        self._stages.write_features(out, self._case(request), protocol, progress, engine)
        return {"out": str(out)}

    def second_opinion(self, request: Request, progress: Progress) -> dict[str, object]:
        """Classify the case in a folder by the "second_bundle" too; answers what both say of it."""
        session, other = self._session(request), self._bundle(request, "second_bundle")
        require_another(session.bundle.bundle_hash, other)
        first = session.predict(part(progress, 0.0, 0.5))
        return session.second_opinion(first, other, part(progress, 0.5, 1.0)).as_dict()

    def dicom(self, request: Request, progress: Progress) -> dict[str, object]:
        """Write the case in a folder as DICOM SEG and Structured Report to the folder "out".

        They refer to the CT's slices in "files", and name the patient if "keep_identity" is true.
        Answers the "files" that were written, by path the UID of what is in each. An archive that
        knows the patient needs files that name him: if "archive" is given and the files in "out" do
        not name him, such files are written to that folder too. "archived" tells of the files for
        the archive in the same way; without "archive", nameless files are none of them. A case that
        is unlike the training cases has its numbers in them if "show_outside" is true.
        """
        out, source = _out(request), _source(request)
        archive = _out(request, "archive") if "archive" in request else None
        keep_identity = request.get("keep_identity") is True
        progress(0.0, "reading")
        bundle, case = self._bundle(request), replace(self._case(request), source=source)
        asked = replace(_asked(request), keep_identity=keep_identity, dicom=True)
        answered = answer(case, bundle, asked, progress, self._stages)
        files = _written(out, answered, answered.dicom_sources)
        if keep_identity:
            archived = files
        elif archive is None:
            archived = {}
        else:
            archived = _written(archive, answered, read_source_headers(case, keep_identity=True))
        return {"files": files, "archived": archived}

    def report(self, request: Request, progress: Progress) -> dict[str, object]:
        """Write the report of the case in a folder, as HTML and PDF, to the folder "out".

        May say what it calls the case ("case_label"), who made it ("prepared_by"), which bundle
        gives a second opinion ("second_bundle"), and whether it shows the numbers of a case that is
        unlike the training cases ("show_outside"). Answers the "files" that were written.
        """
        from ..reporting.case.writing import write_case_report

        out = _out(request)
        labels = ReportLabels.of_today(
            *(_text(request, name, "") for name in ("case_label", "prepared_by"))
        )
        progress(0.0, "reading")
        bundle, case = self._bundle(request), self._case(request)
        other = self._bundle(request, "second_bundle") if "second_bundle" in request else None
        asked = replace(_asked(request), second_bundle=other, report=labels)
        answered = answer(case, bundle, asked, part(progress, 0.0, 0.9), self._stages)
        progress(0.9, "report")
        with written_together(out) as folder:
            write_case_report(folder, answered)
        return {"files": [str(out / name) for name in (REPORT_HTML, REPORT_PDF)]}

    def _shown_session(self, request: Request, progress: Progress) -> Session:
        """Return what a case is asked about whose numbers may be told.

        Raises:
            UsageError: it is unlike the training cases, and nobody asked for them all the same.
        """
        progress(0.0, "reading")
        session = self._session(request)
        if is_withheld(session.predict(progress), _shows_outside(request)):
            raise UsageError(
                "This case is unlike the training cases: neither where the network looked nor what "
                "other outlines give is reliable.",
                HOW_TO_SEE,
            )
        return session

    def _session(self, request: Request) -> Session:
        bundle, case = self._bundle(request), self._case(request)
        ring, device, engine = _ring(request), _device(request), _engine(request)
        return Session(case, bundle, ring, device, self._stages, engine)

    def _bundle(self, request: Request, name: str = "bundle") -> Bundle:
        return self._files.read(find_bundle(_text(request, name)), load_bundle)

    def _case(self, request: Request) -> Case:
        protocol, record = self._protocol(request), ClinicalRecord()
        if "bundle" in request:  # features need no clinical findings
            record = _record(request, protocol)
        return load_case_folder(Path(_text(request, "case")), record, self._files, protocol)

    def _protocol(self, request: Request) -> Protocol:
        return self._bundle(request).protocol if "bundle" in request else shen2026()


def _engine(request: Request) -> Engine:
    """Return the engine of the radiomic features that a request names; the usual one if none.

    Raises:
        UsageError: there is no such engine.
    """
    name = _text(request, "radiomics_engine", Engine.BUILT_IN.value)
    try:
        return Engine(name)
    except ValueError as error:
        raise UsageError(
            f"There is no radiomics engine {name!r}.",
            f"Use {' or '.join(engine.value for engine in Engine)}.",
        ) from error


def _ball(protocol: Protocol) -> Case:
    """Return a made case with a ball of tissue for a tumour."""
    # Within the limits of the rings, or nothing would be left of them.
    tissue = np.mean([ring.ring.hu_range for ring in protocol.rings]) if protocol.rings else 50
    centre = (_SIDE_MM - 1) / 2
    z, y, x = np.indices((_SIDE_MM,) * 3) - centre
    noise = np.random.default_rng(0).normal(tissue, 20, (_SIDE_MM,) * 3)
    geometry = Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    ct = geometry.image(noise.astype(np.int16))
    return Case(ct, geometry.image(z**2 + y**2 + x**2 <= _RADIUS_MM**2))


def _record(request: Request, protocol: Protocol) -> ClinicalRecord | None:
    """Return the clinical findings of the request; None for those in the case's folder."""
    words = request.get("clinical")
    if words is None:
        return None
    if not isinstance(words, Mapping):
        raise ClinicalValueError(
            f"The clinical findings {words!r} are no object.", 'Give, say, {"margin": "clear"}.'
        )
    return protocol.record(words)


def _ring(request: Request) -> RingSettings | None:
    """Return the ring that was asked for; None for the bundle's own."""
    asked = request.get("ring")
    if asked is None:
        return None
    try:
        low, high = as_numbers(asked["hu_range"], "hu_range", 2)
        return RingSettings(as_number(asked["width_mm"], "width_mm"), (low, high))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"The ring {asked!r} is not understood.", "Give width_mm and hu_range, two numbers."
        ) from error


def _device(request: Request) -> str:
    """Return the device of the network that was asked for; the CPU where none was."""
    return known_device(request.get("device", CPU))


def _asked(request: Request) -> Asked:
    return Asked(
        _ring(request),
        _device(request),
        engine=_engine(request),
        show_outside=_shows_outside(request),
    )


def _shows_outside(request: Request) -> bool:
    return request.get("show_outside") is True


def _out_file(request: Request) -> Path:
    out = Path(_text(request, "out"))
    require_file(out)
    return out


def _out(request: Request, name: str = "out") -> Path:
    out = Path(_text(request, name))
    require_folder(out.parent)
    return out


def _written(out: Path, answered: Answer, sources: Sources) -> dict[str, str]:
    """Write DICOM objects to a folder; return by path the UIDs of what is in the files."""
    from ..reporting.dicom.writing import write_dicom

    with written_together(out) as folder:
        written = write_dicom(folder, answered, sources)
    return {str(out / name): uid for name, uid in written.items()}


def _source(request: Request) -> SourceSeries:
    """Return the series whose slices are the files of the request."""
    files = request.get("files")
    if not isinstance(files, list) or not all(map(_is_usable, files)):
        raise UsageError("The request names no files.", "Give the paths of the CT's slices.")
    source = source_of_files([Path(file) for file in files])
    if source is None:
        raise UsageError(
            f"The {len(files)} DICOM files of the CT are not the slices of one series.",
            "Load the CT from one series, and outline the tumour on it.",
        )
    return source


def _whole(request: Request, name: str, default: int, least: int, most: int) -> int:
    value = request.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise UsageError(
            f"The {name} {value!r} is not understood.",
            f"Give a whole number from {least} to {most}.",
        )
    return value


def _text(request: Request, name: str, default: str | None = None) -> str:
    value = request.get(name, default)
    if not _is_usable(value) or not (value or default is not None):
        raise UsageError(f"The request names no {name}.", f"Give its {name} as text.")
    return value


def _is_usable(text: object) -> bool:
    """Return whether something is a text that may be a path."""
    try:
        return isinstance(text, str) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half of a letter
        return False
