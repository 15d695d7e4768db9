"""Small cohorts made on the spot: balls of tumour in textured tissue, brighter when malignant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from made_cases import ball_mask, tissue_ct


def write_case(folder: Path, number: int, malignant: bool) -> None:
    """Write ct<number>.nrrd and tumor<number>.nrrd."""
    ct = tissue_ct(size=(64, 64, 22), seed=number)
    tumor = ball_mask(ct, 6.0 + number % 3)
    values = sitk.GetArrayFromImage(ct)
    inside = sitk.GetArrayFromImage(tumor) != 0
    rng = np.random.default_rng(1000 + number)
    values[inside] += rng.integers(0, 70 if malignant else 25, inside.sum()).astype(np.int16)
    image = sitk.GetImageFromArray(values)
    image.CopyInformation(ct)
    sitk.WriteImage(image, str(folder / f"ct{number}.nrrd"))
    sitk.WriteImage(tumor, str(folder / f"tumor{number}.nrrd"))


def write_cohort(folder: Path, cases: int, training: int) -> Path:
    """Write so many cases, every second one malignant, the first of them to train on."""
    rows = ["case_id,ct,tumor,outcome,split,simulated,symptoms,margin,lymph_nodes,age_years,sex"]
    for number in range(cases):
        malignant = number % 2 == 1
        write_case(folder, number, malignant)
        rows.append(
            f"case{number},ct{number}.nrrd,tumor{number}.nrrd,"
            f"{'malignant' if malignant else 'benign'},"
            f"{'train' if number < training else 'test'},yes,"
            f"{'with' if number % 3 else 'without'},{'unclear' if number % 4 == 1 else 'clear'},"
            f"{'with' if number % 5 == 1 else 'without'},{40 + number},"
            f"{'male' if number % 7 else 'female'}"
        )
    (folder / "cohort.csv").write_text("\n".join(rows) + "\n")
    return folder / "cohort.csv"


def add_row(table: Path, row: str) -> None:
    """Append a row to a cohort's table."""
    table.write_text(f"{table.read_text()}{row}\n")
