"""Write the table of how the built-in engine's features compare with PyRadiomics' own."""

from collections.abc import Iterator
from pathlib import Path

from Core.radiomics.reference import (
    by_engine,
    called_directly,
    odd_masks,
    pyradiomics,
    with_tumor,
)
from fixtures.cases import ball_grid
from fixtures.real_data import REAL_DATA, case_of_real_ct
from fixtures.regions import PROTOCOL, REGIONS
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.imaging.working_grid import WorkingGrid
from ParotidClassifierCore.radiomics.comparison import DIFFERENT, relative_difference
from ParotidClassifierCore.radiomics.names import feature_names

TABLE = Path(__file__).with_suffix(".md")
HEAD = """# The built-in engine against PyRadiomics {version}

Written by `.venv/bin/python Testing/engine_parity.py`. All {count} features of a region by both
engines; a value differs if it does so by more than {different:g}, relative. Why those differ is
said in [The method](../Resources/Docs/method.md#radiomic-features).

| case | region | voxels | differ | largest relative difference of the others | which differ |
|---|---|---|---|---|---|
"""


def grids() -> Iterator[tuple[str, WorkingGrid, tuple[str, ...]]]:
    """Yield name, grid and regions of every case that is compared."""
    yield "ball of 13 mm in made tissue", ball_grid(radius=6, margin=9), REGIONS
    if REAL_DATA.is_dir():
        for name in ("STS_008", "STS_019"):
            yield f"CT {name}", prepare(case_of_real_ct(name), PROTOCOL).grid, REGIONS
    made = ball_grid(radius=6, margin=9, seed=3)
    for name, mask in odd_masks().items():
        yield f"odd mask: {name}", with_tumor(made, mask), ("Tumor",)


def row(name: str, grid: WorkingGrid, region: str) -> str:
    """Return the line of the table for a region."""
    ours, theirs = by_engine(grid, region), called_directly(grid, region)
    apart = {feature: relative_difference(ours[feature], theirs[feature]) for feature in theirs}
    differ = [feature for feature, distance in apart.items() if distance > DIFFERENT]
    largest = max(distance for distance in apart.values() if distance <= DIFFERENT)
    which = ", ".join(f"`{f}` ({ours[f]:.6g} for {theirs[f]:.6g})" for f in differ)
    voxels = int(grid.mask(region).sum())
    return (
        f"| {name} | {region} | {voxels} | {len(differ)} of {len(ours)} | {largest:.0e} | {which} |"
    )


def main() -> None:
    """Write the table."""
    lines = [row(name, grid, region) for name, grid, regions in grids() for region in regions]
    version = pyradiomics().__version__.removeprefix("v")
    head = HEAD.format(version=version, count=len(feature_names()), different=DIFFERENT)
    TABLE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
