"""How each command of README and Docs is tested: run, run with less work, or listed."""

import math
import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import SimpleITK as sitk
from documents import ROOT, Document
from fixtures.cases import ball_case, ball_mask
from fixtures.dicom_series import write_series
from fixtures.outlines import circle, write_rtstruct
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.app.options import build_parser
from ParotidClassifierCore.base.errors import EXIT_DONE, EXIT_UNUSABLE_INPUT
from ParotidClassifierCore.bundle.shipped import SHIPPED
from ParotidClassifierCore.imaging.masks import save_segmentation
from ParotidClassifierCore.imaging.working_grid import Geometry
from ParotidClassifierCore.protocol import shen2026

PROGRAM = ".venv/bin/parotid-classifier"
_SHIPPED = SHIPPED.relative_to(ROOT)
PROTOCOLS = ROOT / "Testing" / "Data" / "protocols"
_RADIUS_MM = 8.0
_FRAME_OF_SERIES = "1.2.9"  # of `dicom_series`

NOT_RUN = {
    "make setup": "makes the environment that this test runs in",
    "make run": "is `demo` in a fresh clone; that command is run",
    "make smoke": "is a part of what CI runs; test_smoke.py tests how it compares",
    "make test": "runs this test",
    "make lint": "runs in CI before the tests",
    "make format": "writes to the checkout",
    "make lists": "writes to the checkout; test_packaging_lists.py looks at what it would write",
    "make pictures": "PicturesTest.py runs it without keeping the pictures",
    "make bench": "takes minutes of an idle machine",
    "make trust": "takes hours; test_trust.py runs its parts",
    "make models": "takes 25 minutes; its commands are those of a study",
    "make clean": "removes the environment that this test runs in",
    ".venv/bin/python -m pytest Testing/Core/imaging/test_ring.py": "is a part of this very run",
    ".venv/bin/python -m pytest Testing/Slicer/RingPanelTest.py": "is a part of the other run",
}

# Whole commands, and options with so many words after them, that take long. What they do is shown
# by these tests in Testing/Core; here it is enough that they are understood as they are written.
SHOWN_BY = {
    "train": "study/test_train.py",
    "evaluate": "study/test_train.py",
    "--stability": "test_golden.py",
    "--report": "reporting/test_case_report.py",
    "--case-label": "reporting/test_case_report.py",
    "--prepared-by": "reporting/test_case_report.py",
}
_WORDS_AFTER = {"--case-label": 1, "--prepared-by": 1}


def is_program(command: str) -> bool:
    """Whether a command is one of ours."""
    return shlex.split(command)[0] == PROGRAM


def with_less_work(command: str) -> list[str]:
    """Return the arguments of a command without what SHOWN_BY names, and with the least cohort."""
    arguments = shlex.split(command)[1:]
    for option in SHOWN_BY:
        if option.startswith("--") and option in arguments:
            at = arguments.index(option)
            del arguments[at : at + 1 + _WORDS_AFTER.get(option, 0)]
    if arguments[:2] == ["simulate", "--cohort"]:
        arguments[2] = "1"
    return arguments


class Reader:
    """Someone who types the commands of README and Docs one after the other, in one folder.

    Args:
        place: the folder; it holds the files that the commands name.
        documents: in the order of reading.
        bundle: folder of a bundle, which stands for what a training would leave.
    """

    def __init__(self, place: Path, documents: list[Document], bundle: Path):
        self._place, self._bundle = place, bundle
        self._commands = list(
            dict.fromkeys(c for document in documents for c in document.commands if is_program(c))
        )
        self._codes: dict[str, int] = {}
        self._simulated: Path | None = None
        _write_inputs(place)

    def code(self, command: str) -> int:
        """Return the exit code of a command, typed after all that stand before it."""
        for earlier in self._commands[: self._commands.index(command) + 1]:
            if earlier not in self._codes:
                with _working_in(self._place):
                    self._codes[earlier] = self._typed(with_less_work(earlier))
        return self._codes[command]

    def _typed(self, arguments: list[str]) -> int:
        if arguments[0] in SHOWN_BY:
            options = build_parser().parse_args(arguments)
            if not options.cohort.is_file():
                return EXIT_UNUSABLE_INPUT
            if arguments[0] == "train":
                shutil.copytree(self._bundle, options.out)
            return EXIT_DONE
        if arguments[:2] == ["simulate", "--cohort"]:
            return self._simulate(arguments, build_parser().parse_args(arguments).out)
        try:
            return main(arguments)
        except SystemExit as end:  # --version
            return end.code

    def _simulate(self, arguments: list[str], out: Path) -> int:
        """Simulate a cohort; with the numbers left aside, all later ones are the first again."""
        if self._simulated is not None:
            shutil.copytree(self._simulated, out)
            return EXIT_DONE
        self._simulated = out
        return main(arguments)


@contextmanager
def _working_in(place: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)


def _write_inputs(place: Path) -> None:
    """Write every file that a document takes for granted."""
    case = ball_case(_RADIUS_MM)
    for suffix in (".nrrd", ".nii.gz"):
        sitk.WriteImage(case.ct, str(place / f"ct{suffix}"))
        sitk.WriteImage(case.tumor, str(place / f"tumor{suffix}"))
    sitk.WriteImage(ball_mask(case.ct, _RADIUS_MM + 1), str(place / "tumor-2.nrrd"))
    other = ball_mask(case.ct, 4.0, (20, 20, 8))
    sitk.WriteImage(2 * case.tumor + other, str(place / "labels.nrrd"))
    tumor = {"Tumor": sitk.GetArrayFromImage(case.tumor) != 0}
    regions = shen2026().regions
    save_segmentation(place / "tumor.seg.nrrd", tumor, Geometry.of(case.tumor), regions)
    _write_dicom(place, case.ct)
    for protocol in PROTOCOLS.glob("*.yaml"):
        shutil.copy(protocol, place)
    (place / _SHIPPED).parent.mkdir(parents=True)
    (place / _SHIPPED).symlink_to(SHIPPED)


def _write_dicom(place: Path, ct: sitk.Image) -> None:
    """Write two series into one folder, and circles around the tumour on the first of them."""
    series = ("1.2.840.1", "1.2.840.2")
    for uid in series:
        write_series(place / "dicom", ct, uid, AcquisitionNumber=3)
    heights = [ct.GetSpacing()[2] * (k - (ct.GetSize()[2] - 1) / 2) for k in range(ct.GetSize()[2])]
    circles = [
        circle(ct, k, math.sqrt(_RADIUS_MM**2 - height**2))
        for k, height in enumerate(heights)
        if abs(height) < _RADIUS_MM
    ]
    rois = {"GTV": circles, "Mandible": circles[:1]}
    write_rtstruct(place / "rtstruct.dcm", rois, _FRAME_OF_SERIES, series[0])
