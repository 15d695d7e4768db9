"""From the options of the command line to the case and the ring that they name."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.disk import extended
from ..base.errors import UnreadableFileError, UnusableMaskError, UsageError
from ..base.progress import Progress, silent
from ..bundle.shipped import find_bundle
from ..imaging.choosing import Choice, Sought
from ..protocol import ClinicalRecord, Protocol, RingSettings, read_protocol, shen2026

if TYPE_CHECKING:
    import SimpleITK as sitk

    from ..case.loading import Case
    from ..reporting.case.labels import ReportLabels

_FILES = ("case", "ct", "tumor", "second_tumor", "cohort", "protocol", "imagenet")
_BUNDLES = ("bundle", "second_bundle")


def require_answerable(options: argparse.Namespace) -> None:
    """Refuse at once what need not wait for the libraries, which take a second to load.

    Raises:
        UsageError: the options do not go together.
        UnreadableFileError: a file or folder that they name is not there.
        BundleError: a bundle that they name is not there.
    """
    named = {name: value for name, value in vars(options).items() if value is not None}
    if "tumor" in vars(options):
        if "cohort" in named:
            require_no_case(options)
        elif names_images(options):
            require_case(options)
    for path in (named[name] for name in _FILES if name in named):
        # What `simulate` calls a cohort is a number.
        if isinstance(path, Path) and not extended(path).exists():
            raise UnreadableFileError(f"{path} does not exist.", "Check the path.")
    for bundle in (named[name] for name in _BUNDLES if name in named):
        find_bundle(bundle)


def require_case(options: argparse.Namespace) -> None:
    """Raise UsageError where the options do not name one case."""
    _require_not_many(options)
    files = [path for path in (options.ct, options.tumor) if path is not None]
    if options.case is not None and files:
        raise UsageError("A case folder and single files were given.", "Give one of the two.")
    if options.case is None and len(files) < 2:
        raise UsageError("A case needs a CT and an outline.", "Give --ct and --tumor, or --case.")
    if options.case is not None:
        chosen = ("series", "acquisition", *_choosing("tumor"))
        told = (
            "--series, --acquisition, --tumor-any-series, --tumor-label, --tumor-segment and "
            "--tumor-roi choose from single files."
        )
        _refuse(options, chosen, told, "Leave them out with --case.")
    drawn = getattr(options, "ring", None) is not None
    if drawn and (options.ring_width is not None or options.hu_range is not None):
        raise UsageError(
            "--ring gives a ring, --ring-width and --hu-range make one.", "Give one of the two."
        )


# Variables of the published study that have options of their own, beside --clinical.
_OWN_OPTIONS = tuple(variable.name for variable in shen2026().predictors.values())


def _choosing(outline: str) -> tuple[str, ...]:
    """Return the options that choose from a file with an outline, such as "tumor_label"."""
    return tuple(f"{outline}_{field.name}" for field in dataclasses.fields(Choice))


_OF_OUTLINES = (*_choosing("tumor"), *_choosing("ring"), *_choosing("second_tumor"))
# What there is nothing of without images.
_OF_IMAGES = (
    "series", "acquisition", "ring", "ring_width", "hu_range", "saliency", "stability", "report",
    "case_label", "prepared_by", "show_outside", "dicom", "keep_identity", "second_bundle",
    "second_tumor", *_OF_OUTLINES,
)  # fmt: skip
# What names one case, or says something of it.
_OF_ONE_CASE = (
    "case", "ct", "series", "acquisition", "tumor", "ring", *_OWN_OPTIONS, "clinical",
    "second_tumor", "case_label", *_OF_OUTLINES,
)  # fmt: skip


def _refuse(options: argparse.Namespace, names: Iterable[str], told: str, remedy: str) -> None:
    """Raise UsageError where one of these options was given; `told` may hold them as {given}."""
    values = {name: getattr(options, name, None) for name in names}
    given = [name for name, value in values.items() if value is not None and value is not False]
    if given:
        typed = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise UsageError(told.format(given=typed), remedy)


def _require_not_many(options: argparse.Namespace) -> None:
    told = "--jobs, --dask and --encoding are for many cases."
    _refuse(options, ("jobs", "dask", "encoding"), told, "Give their table as --cohort.")


def names_images(options: argparse.Namespace) -> bool:
    """Whether the options name a CT or an outline."""
    return any(path is not None for path in (options.case, options.ct, options.tumor))


def require_no_images(options: argparse.Namespace) -> None:
    """Raise UsageError where something is asked that only images could tell."""
    _require_not_many(options)
    told = "Without images there is no answer to {given}."
    _refuse(options, _OF_IMAGES, told, "Give --ct and --tumor, or --case; or leave it out.")


def require_no_case(options: argparse.Namespace) -> None:
    """Raise UsageError where one case is named beside a table of cases."""
    told = "--cohort names the cases, {given} one case."
    remedy = "Leave it out: the table says it case by case, in its columns."
    _refuse(options, _OF_ONE_CASE, told, remedy)


def case_of(
    options: argparse.Namespace, progress: Progress = silent, protocol: Protocol | None = None
) -> Case:
    """Return the case that was named, with the rings that were drawn.

    Args:
        protocol: whose regions and clinical variables there are; None for the published study's.

    Raises:
        ParotidClassifierError: what is wrong with which option or file.
    """
    from ..case.ct import load_sourced_ct
    from ..case.loading import Case, load_case_folder
    from ..case.outlines import load_outline

    require_case(options)
    protocol = protocol or shen2026()
    if options.case is not None:
        case = load_case_folder(options.case, protocol=protocol)
        return _with_ring_files(case, options, protocol)
    ct, source = load_sourced_ct(options.ct, options.series, options.acquisition, progress)
    outlined = Sought.of(protocol, protocol.outlined.name)
    tumor = load_outline(options.tumor, outlined, ct, source, _choice(options, "tumor"))
    return _with_ring_files(Case(ct, tumor, source=source), options, protocol)


def _with_ring_files(case: Case, options: argparse.Namespace, protocol: Protocol) -> Case:
    """Return the case with the drawn rings: FILE is of the first one, NAME=FILE of another."""
    from ..case.outlines import load_outline

    words = getattr(options, "ring", None) or ()
    names = [ring.name for ring in protocol.rings]
    if words and not names:
        raise UsageError(f"The protocol {protocol.name} has no ring.", "Leave out --ring.")
    files = {}
    for word in words:
        name, _, file = word.partition("=")
        files |= {name: file} if name in names else {names[0]: word}
    if not files.keys() & names[:1]:
        told = "There is no ring to choose from."
        _refuse(options, _choosing("ring"), told, "Give its file with --ring.")
    rings = dict(case.rings)
    for name, file in files.items():
        choice = _choice(options, "ring") if name == names[0] else Choice()
        sought = Sought.of(protocol, name)
        rings[name] = load_outline(Path(file), sought, case.ct, case.source, choice)
    return dataclasses.replace(case, rings=rings)


def _choice(options: argparse.Namespace, outline: str) -> Choice:
    """Return what was named of the file with an outline: "tumor", "ring" or "second_tumor"."""
    return Choice(*(getattr(options, name) for name in _choosing(outline)))


def second_tumor_of(
    options: argparse.Namespace, case: Case, protocol: Protocol
) -> sitk.Image | None:
    """Return the outline of the tumour of `case` by another reader; None where none was named.

    Raises:
        ParotidClassifierError: what is wrong with which option or file.
    """
    if options.second_tumor is None:
        told = "There is no second outline to choose from."
        _refuse(options, _choosing("second_tumor"), told, "Give it with --second-tumor.")
        return None
    from ..case.outlines import load_outline

    choice = _choice(options, "second_tumor")
    try:
        outlined = Sought.of(protocol, protocol.outlined.name)
        return load_outline(options.second_tumor, outlined, case.ct, case.source, choice)
    except (UnusableMaskError, UsageError) as error:
        remedy = error.remedy.replace("--tumor-", "--second-tumor-")
        raise type(error)(error.message, remedy) from error


def clinical_record(
    options: argparse.Namespace,
    protocol: Protocol,
    known: ClinicalRecord = ClinicalRecord(),  # noqa: B008  it never changes
) -> ClinicalRecord:
    """Return the clinical values that are known, with those named on the command line.

    Raises:
        ClinicalValueError: the protocol has no such variable, or the variable no such value.
        UsageError: a variable was named twice.
    """
    own = [(name, word) for name in _OWN_OPTIONS if (word := getattr(options, name)) is not None]
    named: dict[str, str] = {}
    for name, word in (*own, *(options.clinical or ())):
        if name in named:
            raise UsageError(f"Clinical variable {name!r} was given twice.", "Give it once.")
        named[name] = word
    return protocol.record({**known, **named})


def protocol_of(options: argparse.Namespace) -> Protocol:
    """Return the protocol that was named, else the published one, with the ring that was named."""
    named = getattr(options, "protocol", None)
    protocol = shen2026() if named is None else read_protocol(named)
    return protocol.with_ring(asked_ring(options, protocol))


def asked_ring(options: argparse.Namespace, protocol: Protocol) -> RingSettings | None:
    """Return the first ring with what was named of it; None where nothing was.

    Raises:
        UsageError: the settings make no ring, or the protocol has none.
    """
    width, limits = getattr(options, "ring_width", None), getattr(options, "hu_range", None)
    if width is None and limits is None:
        return None
    if not protocol.rings:
        raise UsageError(
            f"The protocol {protocol.name} has no ring.", "Leave out --ring-width and --hu-range."
        )
    usual = protocol.rings[0].ring
    return RingSettings(
        usual.width_mm if width is None else width,
        usual.hu_range if limits is None else tuple(limits),
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
