"""Model bundles of another training than the shipped ones."""

import json
import shutil
from pathlib import Path

from ParotidClassifierCore.bundle.files import BUNDLE_JSON, SHA256SUMS, sums_of
from ParotidClassifierCore.bundle.shipped import default_bundle


def bundleWithRing(folder, widthMm: float) -> Path:
    """Copy the default bundle to a folder as if trained with such a ring; return its path."""
    bundle = Path(shutil.copytree(default_bundle(), Path(folder) / f"ring-{widthMm:g}"))
    header = json.loads((bundle / BUNDLE_JSON).read_text(encoding="utf-8"))
    header["protocol"]["regions"]["External2"]["ring"]["width_mm"] = widthMm
    (bundle / BUNDLE_JSON).write_text(json.dumps(header), encoding="utf-8")
    (bundle / SHA256SUMS).unlink()
    files = {file.name: file.read_bytes() for file in bundle.iterdir()}
    (bundle / SHA256SUMS).write_bytes(sums_of(files))
    return bundle
