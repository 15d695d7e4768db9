"""One case of many: classified into a folder of its own, unless that is done already."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..base.cache import content_key
from ..base.disk import is_left_by_a_system
from ..base.errors import BundleError
from ..base.files import UNFINISHED, folder_written_whole, read_json, remove, write_json
from ..bundle.bundle import Bundle
from ..bundle.store import load_bundle
from ..prediction.predict import software_of
from ..prediction.stages import Stages
from ..reporting.answer_files import every_file, write_answer
from ..reporting.answering import PREDICTION_FILE, Asked, answer
from .manifest import CohortCase
from .reading import Reading, content_hash

ORIGIN_FILE = "origin.json"
THUMBNAIL_FILE = "thumbnail.jpg"


@dataclass(frozen=True)
class NamedBundle:
    """A bundle by its place and content, so that another process can load the very same one."""

    path: Path
    bundle_hash: str

    @classmethod
    def of(cls, bundle: Bundle | None) -> NamedBundle | None:
        """Return where a bundle lies that was read; None of none."""
        return bundle and cls(bundle.path.resolve(), bundle.bundle_hash)

    def load(self) -> Bundle:
        """Return it.

        Raises:
            BundleError: it is not there, is refused, or is no longer the same.
        """
        return _loaded(self)


@lru_cache(maxsize=2)  # the first and the second opinion
def _loaded(named: NamedBundle) -> Bundle:
    bundle = load_bundle(named.path)
    if bundle.bundle_hash != named.bundle_hash:
        raise BundleError(
            f"The model bundle {named.path} was changed meanwhile.", "Start again with one of them."
        )
    return bundle


@dataclass(frozen=True)
class CaseWork:
    """What is to be done for one case.

    Attributes:
        folder: of its files; replaced as a whole.
        second_bundle: for a second opinion; None without.
        asked: of every case alike; without its own second bundle and second outline.
        sums: files that sum up the answers of all cases; they hold no longer once one is replaced.
    """

    case: CohortCase
    folder: Path
    bundle: NamedBundle
    second_bundle: NamedBundle | None
    asked: Asked
    sums: tuple[Path, ...] = ()

    def key(self) -> str:
        """Return the SHA-256 of all that decides the answer: files, findings, bundles, settings.

        Raises:
            UnreadableFileError: a file cannot be read.
            BundleError: as `NamedBundle.load`.
        """
        case, asked = self.case, self.asked
        bundles = [b for b in (self.bundle, self.second_bundle) if b is not None]
        files = (case.ct, case.tumor, case.ring, case.second_reader)
        decisive = {
            "files": [None if path is None else content_hash(path) for path in files],
            "ct_choice": dict(case.ct_choice),
            "choices": {name: dataclasses.asdict(part) for name, part in case.choices.items()},
            "findings": dict(case.record),
            "bundles": [b.bundle_hash for b in bundles],
            "asked": dataclasses.asdict(dataclasses.replace(asked, report=None)),
            # The day of a report is no reason to compute it again.
            "report": asked.report and asked.report.prepared_by,
            "software": [software_of(b.load(), asked.engine, asked.device) for b in bundles],
        }
        return content_key(decisive)


def done_before(folder: Path) -> Mapping[str, object] | None:
    """Return what a folder says of the work that made it; None where no such work did."""
    try:
        origin = read_json(folder / ORIGIN_FILE)
    except (OSError, ValueError):
        return None
    return origin if isinstance(origin, dict) and {"case_id", "key"} <= origin.keys() else None


def files_of_others(folder: Path) -> list[str]:
    """Return the names of what is in the folder of a case and is no file of a case."""
    ours = {*every_file(), THUMBNAIL_FILE, ORIGIN_FILE}
    names = sorted(path.name for path in folder.iterdir())
    others = (n for n in names if n not in ours and not n.startswith(UNFINISHED))
    return [name for name in others if not is_left_by_a_system(name)]


def _answer_in(folder: Path) -> dict[str, object]:
    """Return what of a folder's files table and page are made of: files get deleted and edited."""
    prediction, thumbnail = folder / PREDICTION_FILE, folder / THUMBNAIL_FILE
    return {
        "answer": content_hash(prediction) if prediction.is_file() else None,
        "has_thumbnail": thumbnail.is_file(),
    }


def classify(work: CaseWork) -> bool:
    """Classify a case into its folder; return False where the folder holds that very answer.

    Raises:
        OutputError: the folder cannot be written.
        ParotidClassifierError: the case cannot be used.
    """
    from ..reporting.overview import save_thumbnail

    origin = {"case_id": work.case.case_id, "key": work.key()}
    if done_before(work.folder) == origin | _answer_in(work.folder):
        return False
    bundle = work.bundle.load()
    second = None if work.second_bundle is None else work.second_bundle.load()
    row = work.case
    case = Reading(bundle.protocol, row).load()
    reader = Reading(bundle.protocol, row, "second_reader")
    labels = work.asked.report and work.asked.report.of_case(row.case_id)
    asked = dataclasses.replace(
        work.asked,
        second_bundle=second,
        second_tumor=row.second_reader and reader.outline(case.ct, case.source),
        report=labels,
    )
    answered = answer(case, bundle, asked, stages=_stages().aside())
    with folder_written_whole(work.folder) as beside:
        write_answer(beside, answered)
        save_thumbnail(beside / THUMBNAIL_FILE, answered)
        write_json(beside / ORIGIN_FILE, origin | _answer_in(beside))
        for path in work.sums:
            remove(path)
    return True


_own = threading.local()  # a Dask worker may run several cases at a time, each on its thread


def _stages() -> Stages:
    """Return stages that keep the networks from one case to the next, and nothing of the cases."""
    if not hasattr(_own, "stages"):
        _own.stages = Stages()
    return _own.stages
