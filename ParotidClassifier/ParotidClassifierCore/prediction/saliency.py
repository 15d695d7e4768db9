"""Where the network looked in one case, as an image to lay over the CT."""

from __future__ import annotations

from pathlib import Path

import SimpleITK as sitk

from ..base.files import written_whole
from ..base.progress import Progress, silent
from ..bundle.bundle import Bundle
from ..case.loading import Case
from ..imaging.ring import RingSettings
from ..imaging.volumes import write_volume
from ..protocol.names import FUSION_NETWORK
from .stages import Stages

SALIENCY_LINE = f"Where the network {FUSION_NETWORK} looked for malignancy, not why"


def saliency_of(
    case: Case,
    bundle: Bundle,
    ring: RingSettings | None = None,
    device: str = "cpu",
    progress: Progress = silent,
    stages: Stages | None = None,
) -> sitk.Image:
    """Return where the bundle's network looked; see `deep.saliency`.

    Args:
        case: CT and outlines, as loaded.
        bundle: with a network.
        ring: None for the ring that the bundle was trained with.
        device: "cpu", "cuda" or "auto".
        progress: told the fraction done and the step at hand, before every stage.
        stages: keep what they gave before; None to begin with nothing.

    Returns:
        float32, 0…1, on the case's 1 mm working grid; it tells bundle, model and method by its
        keys.

    Raises:
        BundleError: the bundle holds no network, or its weights are refused.
        ParotidClassifierError: the case cannot be used, or the device is not there.
    """
    stages = stages or Stages()
    progress(0.0, "grid and ring")
    grid = stages.prepare(case, ring or bundle.ring).grid
    progress(0.3, "network")
    network = stages.network_of(bundle)
    progress(0.5, "where it looked")
    from ..network.grad_cam import saliency

    image = grid.geometry.image(saliency(network, grid, device))
    for key, word in {
        "ParotidClassifier_Content": SALIENCY_LINE,
        "ParotidClassifier_Method": "Guided Grad-CAM, relative to the strongest place of the case",
        "ParotidClassifier_Bundle": bundle.banner,
        "ParotidClassifier_BundleHash": bundle.bundle_hash,
    }.items():
        image.SetMetaData(key, word)
    progress(1.0, "done")
    return image


def save_saliency(path: Path, image: sitk.Image) -> None:
    """Write what `saliency_of` gave as NRRD, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside:
        write_volume(beside, image)
