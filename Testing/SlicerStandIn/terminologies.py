"""Terminologies for the stand-in: slicer-core brings the logic, not the files it reads.

They hold the few codes a segmentation of a tumour needs, in the layout of dcmqi's contexts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_SCHEMA = "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/{}-context-schema.json#"
_GENERAL = "Segmentation category and type - 3D Slicer General Anatomy list"
_MASTER = "Segmentation category and type - DICOM master list"
_ANATOMY = "Anatomic codes - DICOM master list"


def _code(meaning: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "CodeMeaning": meaning,
        "CodingSchemeDesignator": "SCT",
        "CodeValue": value,
        "cid": "7150",
        **more,
    }


_CATEGORIES = [
    _code(
        "Tissue",
        "85756007",
        showAnatomy=True,
        Type=[_code("Tissue", "85756007", recommendedDisplayRGBValue=[128, 174, 128])],
    ),
    _code(
        "Morphologically Altered Structure",
        "49755003",
        showAnatomy=True,
        Type=[
            _code("Mass", "4147007", recommendedDisplayRGBValue=[144, 238, 144]),
            _code("Neoplasm, Primary", "86049000", recommendedDisplayRGBValue=[253, 135, 192]),
        ],
    ),
]
_REGIONS = [_code("Parotid gland", "45289007"), _code("Neck", "45048000")]


def write(folder: str) -> None:
    """Write the files the terminology logic reads at its start into `folder`."""
    for name, context in (("SlicerGeneralAnatomy", _GENERAL), ("DICOM-Master", _MASTER)):
        _write(
            Path(folder, f"SegmentationCategoryTypeModifier-{name}.term.json"),
            {
                "SegmentationCategoryTypeContextName": context,
                "@schema": _SCHEMA.format("segment"),
                "SegmentationCodes": {"Category": _CATEGORIES},
            },
        )
    _write(
        Path(folder, "AnatomicRegionAndModifier-DICOM-Master.term.json"),
        {
            "AnatomicContextName": _ANATOMY,
            "@schema": _SCHEMA.format("anatomic"),
            "AnatomicCodes": {"AnatomicRegion": _REGIONS},
        },
    )


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), "utf-8")
