"""Where the network looked in one case, as an image to lay over the CT."""

from pathlib import Path

import SimpleITK as sitk

from ..base.files import written_whole
from ..bundle.bundle import Bundle
from ..imaging.volumes import write_volume
from ..protocol import Protocol

# Even to the eye and to readers who see few colours: van der Walt & Smith 2015.
SALIENCY_COLORS = "viridis"


def saliency_line(protocol: Protocol) -> str:
    """Return what a map shows."""
    return f"Where the network {protocol.first_head} looked for malignancy, not why"


def described(image: sitk.Image, bundle: Bundle) -> sitk.Image:
    """Let a saliency map say by its keys what it shows, and by which bundle."""
    for key, word in {
        "Content": saliency_line(bundle.protocol),
        "Method": "Guided Grad-CAM, relative to the strongest place of the case",
        "Bundle": bundle.banner,
        "BundleHash": bundle.bundle_hash,
    }.items():
        image.SetMetaData(f"ParotidClassifier_{key}", word)
    return image


def save_saliency(path: Path, image: sitk.Image) -> None:
    """Write what `Session.saliency` gave as NRRD, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside:
        write_volume(beside, image)
