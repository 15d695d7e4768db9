"""The real CT beside the repository; tests that need it skip, and say so, where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

needs_real_data = pytest.mark.skipif(
    not REAL_DATA.is_dir(), reason="the real CT data does not lie beside this repository"
)
