"""From the options of the command line to the case and the ring that they name."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from .case.loading import Case, load_case_folder
from .case.masks import load_mask
from .case.volumes import load_ct
from .case.working_grid import EXTERNAL2, TUMOR
from .clinical import ClinicalRecord
from .errors import AmbiguousMaskError, UsageError
from .ring import RING_HU_RANGE, RING_WIDTH_MM, RingSettings

if TYPE_CHECKING:
    import SimpleITK as sitk


def require_case(options: argparse.Namespace) -> None:
    """Raise UsageError where the options do not name one case."""
    files = [path for path in (options.ct, options.tumor) if path is not None]
    if options.case is not None and files:
        raise UsageError("A case folder and single files were given.", "Give one of the two.")
    if options.case is None and len(files) < 2:
        raise UsageError("A case needs a CT and an outline.", "Give --ct and --tumor, or --case.")
    if options.case is not None and any(
        value is not None for value in (options.series, options.tumor_label, options.tumor_segment)
    ):
        raise UsageError(
            "--series, --tumor-label and --tumor-segment choose from single files.",
            "Leave them out with --case.",
        )
    drawn = getattr(options, "ring", None) is not None
    if drawn and (options.ring_width is not None or options.hu_range is not None):
        raise UsageError(
            "--ring gives a ring, --ring-width and --hu-range make one.", "Give one of the two."
        )


def case_of(options: argparse.Namespace) -> Case:
    """Return the case that was named, with the ring that was drawn, if there is one.

    Raises:
        ParotidClassifierError: what is wrong with which option or file.
    """
    require_case(options)
    if options.case is not None:
        return _with_ring_file(load_case_folder(options.case), options)
    case = Case(
        load_ct(options.ct, options.series),
        load_mask(options.tumor, TUMOR, options.tumor_label, options.tumor_segment),
    )
    return _with_ring_file(case, options)


def _with_ring_file(case: Case, options: argparse.Namespace) -> Case:
    path = getattr(options, "ring", None)
    if path is None:
        return case
    mask = load_mask(path, EXTERNAL2, options.ring_label, options.ring_segment)
    return dataclasses.replace(case, ring=mask)


def second_tumor_of(options: argparse.Namespace) -> sitk.Image | None:
    """Return the outline by another reader; None where none was named.

    Raises:
        ParotidClassifierError: what is wrong with which option or file.
    """
    if options.second_tumor is None:
        if (options.second_tumor_label, options.second_tumor_segment) != (None, None):
            raise UsageError(
                "There is no second outline to choose from.", "Give it with --second-tumor."
            )
        return None
    try:
        return load_mask(
            options.second_tumor, TUMOR, options.second_tumor_label, options.second_tumor_segment
        )
    except (AmbiguousMaskError, UsageError) as error:
        remedy = error.remedy.replace("--tumor-", "--second-tumor-")
        raise type(error)(error.message, remedy) from error


def with_words(case: Case, options: argparse.Namespace) -> Case:
    """Return the case with the clinical findings named on the command line."""
    words = {name: getattr(options, name) for name in ("symptoms", "margin", "lymph_nodes")}
    named = {name: word for name, word in words.items() if word is not None}
    record = ClinicalRecord.from_words(case.record.words() | named)
    return dataclasses.replace(case, record=record)


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
