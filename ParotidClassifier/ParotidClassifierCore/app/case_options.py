"""From the options of the command line to the case and the ring that they name."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable

import SimpleITK as sitk

from ..base.errors import UnusableMaskError, UsageError
from ..base.progress import Progress, silent
from ..case.ct import load_sourced_ct
from ..case.loading import Case, load_case_folder
from ..case.outlines import load_outline
from ..imaging.choosing import Choice
from ..imaging.ring import RING_HU_RANGE, RING_WIDTH_MM, RingSettings
from ..protocol.record import ClinicalRecord
from ..protocol.region_names import EXTERNAL2, TUMOR
from ..reporting.case.labels import ReportLabels


def require_case(options: argparse.Namespace) -> None:
    """Raise UsageError where the options do not name one case."""
    _require_not_many(options)
    files = [path for path in (options.ct, options.tumor) if path is not None]
    if options.case is not None and files:
        raise UsageError("A case folder and single files were given.", "Give one of the two.")
    if options.case is None and len(files) < 2:
        raise UsageError("A case needs a CT and an outline.", "Give --ct and --tumor, or --case.")
    chosen = ("series", "acquisition", *(n for n in _OF_OUTLINES if n.startswith("tumor_")))
    if options.case is not None and _given(options, chosen):
        raise UsageError(
            "--series, --acquisition, --tumor-any-series, --tumor-label, --tumor-segment and "
            "--tumor-roi choose from single files.",
            "Leave them out with --case.",
        )
    drawn = getattr(options, "ring", None) is not None
    if drawn and (options.ring_width is not None or options.hu_range is not None):
        raise UsageError(
            "--ring gives a ring, --ring-width and --hu-range make one.", "Give one of the two."
        )


_OF_OUTLINES = tuple(
    f"{outline}_{field.name}"
    for outline in ("tumor", "ring", "second_tumor")
    for field in dataclasses.fields(Choice)
)
# What there is nothing of without images.
_OF_IMAGES = (
    "series", "acquisition", "ring", "ring_width", "hu_range", "saliency", "stability", "report",
    "case_label", "prepared_by", "dicom", "keep_identity", "second_bundle", "second_tumor",
    *_OF_OUTLINES,
)  # fmt: skip
# What names one case, or says something of it.
_OF_ONE_CASE = (
    "case", "ct", "series", "acquisition", "tumor", "ring", "symptoms", "margin", "lymph_nodes",
    "second_tumor", "case_label", *_OF_OUTLINES,
)  # fmt: skip


def _given(options: argparse.Namespace, names: Iterable[str]) -> str:
    """Return those of the options that were given, as they are typed; an empty text for none."""
    values = {name: getattr(options, name, None) for name in names}
    given = [name for name, value in values.items() if value is not None and value is not False]
    return ", ".join(f"--{name.replace('_', '-')}" for name in given)


def _require_not_many(options: argparse.Namespace) -> None:
    if _given(options, ("jobs", "dask", "encoding")):
        raise UsageError(
            "--jobs, --dask and --encoding are for many cases.", "Give their table as --cohort."
        )


def names_images(options: argparse.Namespace) -> bool:
    """Whether the options name a CT or an outline."""
    return bool(_given(options, ("case", "ct", "tumor")))


def require_no_images(options: argparse.Namespace) -> None:
    """Raise UsageError where something is asked that only images could tell."""
    _require_not_many(options)
    if asked := _given(options, _OF_IMAGES):
        raise UsageError(
            f"Without images there is no answer to {asked}.",
            "Give --ct and --tumor, or --case; or leave it out.",
        )


def require_no_case(options: argparse.Namespace) -> None:
    """Raise UsageError where one case is named beside a table of cases."""
    if named := _given(options, _OF_ONE_CASE):
        raise UsageError(
            f"--cohort names the cases, {named} one case.",
            "Leave it out: the table says it case by case, in its columns.",
        )


def case_of(options: argparse.Namespace, progress: Progress = silent) -> Case:
    """Return the case that was named, with the ring that was drawn, if there is one.

    Args:
        options: that name it.
        progress: told how far it is with a long series.

    Raises:
        ParotidClassifierError: what is wrong with which option or file.
    """
    require_case(options)
    if options.case is not None:
        return _with_ring_file(load_case_folder(options.case), options)
    ct, source = load_sourced_ct(options.ct, options.series, options.acquisition, progress)
    tumor = load_outline(options.tumor, TUMOR, ct, source, _choice(options, "tumor"))
    return _with_ring_file(Case(ct, tumor, source=source), options)


def _with_ring_file(case: Case, options: argparse.Namespace) -> Case:
    path = getattr(options, "ring", None)
    if path is None:
        if _given(options, (name for name in _OF_OUTLINES if name.startswith("ring_"))):
            raise UsageError("There is no ring to choose from.", "Give its file with --ring.")
        return case
    mask = load_outline(path, EXTERNAL2, case.ct, case.source, _choice(options, "ring"))
    return dataclasses.replace(case, ring=mask)


def _choice(options: argparse.Namespace, outline: str) -> Choice:
    """Return what was named of the file with an outline: "tumor", "ring" or "second_tumor"."""
    kinds = [field.name for field in dataclasses.fields(Choice)]
    return Choice(**{kind: getattr(options, f"{outline}_{kind}") for kind in kinds})


def second_tumor_of(options: argparse.Namespace, case: Case) -> sitk.Image | None:
    """Return the outline of the tumour of `case` by another reader; None where none was named.

    Raises:
        ParotidClassifierError: what is wrong with which option or file.
    """
    choice = _choice(options, "second_tumor")
    if options.second_tumor is None:
        if choice != Choice():
            raise UsageError(
                "There is no second outline to choose from.", "Give it with --second-tumor."
            )
        return None
    try:
        return load_outline(options.second_tumor, TUMOR, case.ct, case.source, choice)
    except (UnusableMaskError, UsageError) as error:
        remedy = error.remedy.replace("--tumor-", "--second-tumor-")
        raise type(error)(error.message, remedy) from error


def with_words(case: Case, options: argparse.Namespace) -> Case:
    """Return the case with the clinical findings named on the command line."""
    return dataclasses.replace(case, record=named_findings(options, case.record))


def named_findings(
    options: argparse.Namespace,
    known: ClinicalRecord = ClinicalRecord(),  # noqa: B008  frozen
) -> ClinicalRecord:
    """Return the clinical findings that are known, with those named on the command line."""
    words = {name: getattr(options, name) for name in ("symptoms", "margin", "lymph_nodes")}
    named = {name: word for name, word in words.items() if word is not None}
    return ClinicalRecord.from_words(known.words() | named)


def asked_ring(options: argparse.Namespace, bundle_ring: RingSettings) -> RingSettings | None:
    """Return the ring that was asked for; None for that of each bundle that is asked."""
    named = (options.ring_width, options.hu_range) != (None, None)
    return ring_settings(options, bundle_ring) if named else None


def ring_settings(
    options: argparse.Namespace,
    default: RingSettings = RingSettings(RING_WIDTH_MM, RING_HU_RANGE),  # noqa: B008  frozen
) -> RingSettings:
    """Return the ring that was asked for, the parts that were not named from `default`."""
    width, limits = getattr(options, "ring_width", None), getattr(options, "hu_range", None)
    return RingSettings(
        default.width_mm if width is None else width,
        default.hu_range if limits is None else tuple(limits),
    )


def report_labels(options: argparse.Namespace) -> ReportLabels | None:
    """Return what the report calls the case; None where none was asked for.

    Raises:
        UsageError: a text does not fit, or there is no report for it to stand in.
    """
    from ..reporting.case.labels import ReportLabels

    texts = {"case_label": options.case_label, "prepared_by": options.prepared_by}
    given = {name: text for name, text in texts.items() if text is not None}
    if options.report:
        return ReportLabels.of_today(**given)
    if given:
        raise UsageError("--case-label and --prepared-by stand in the report.", "Add --report.")
    return None
