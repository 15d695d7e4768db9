"""The structures of the parotid region, level by level, as strokes in a canonical head.

anatomy.json holds them: group → structure → `paired` (mirrored at x < 0 too) and `frames`: level z
→ nodes [x, y, radius]. Axes in mm: x to the patient's left, y to the back, z up; (0, 0, 0) lies
before the body of C2, at the level of the middle of the mandibular ramus. The positions follow an
adult neck on axial CT; they are drawn to be recognised, not measured on patients.
"""

import json
from functools import cache
from pathlib import Path

from .strokes import Stroke

_FILE = Path(__file__).with_name("anatomy.json")


@cache
def group(name: str) -> dict[str, Stroke]:
    """Return the structures of one group, in the order in which they are painted."""
    return {
        structure: Stroke(
            {float(z): tuple(map(tuple, nodes)) for z, nodes in content["frames"].items()},
            content["paired"],
        )
        for structure, content in json.loads(_FILE.read_text(encoding="utf-8"))[name].items()
    }


def structure(group_name: str, name: str) -> Stroke:
    """Return one structure of a group."""
    return group(group_name)[name]


def held_level(z: float) -> float:
    """Return the level nearest to `z` that the body has: beyond its ends it goes on as it ends."""
    levels = structure("outline", "body").frames
    return min(max(z, min(levels)), max(levels))
