"""What the stand-in refuses to guess."""

from typing import NoReturn

from ..failures import NotModelled


def refuse(what: str) -> NoReturn:
    """Raise NotModelled naming what was asked for."""
    raise NotModelled(f"{what} exists in Slicer 5.12, but this stand-in does not model it.")
