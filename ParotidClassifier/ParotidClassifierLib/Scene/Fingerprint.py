"""What a result was made from, so that it is known when it no longer fits what is shown."""

import SimpleITK as sitk
from ParotidClassifierCore.base.cache import Cache, Same, content_key
from ParotidClassifierCore.base.errors import ParotidClassifierError
from slicer.i18n import tr as _

from .Parameters import clinicalRecord


class Fingerprint:
    """Names the content of everything that a prediction depends on.

    Contents are compared, not times: an edit that is undone leaves a result as it was.
    """

    def __init__(self, sceneCase, ringChoice, ringFollower, bundles):
        self._sceneCase = sceneCase
        self._ringChoice = ringChoice
        self._ringFollower = ringFollower
        self._bundles = bundles
        self._ctKeys = Cache(1)

    def of(self, parameterNode) -> dict:
        """Return the name of each input's content; empty where it cannot be read now."""
        tumor, ring = self._ringFollower.keys()
        return {
            "ct": _tolerant(self._ct, parameterNode),
            "tumor": tumor,
            "ring": ring,
            "ringSettings": _tolerant(self._ringSettings, parameterNode),
            "clinical": _tolerant(self._predictors, parameterNode),
            "bundle": _tolerant(self._bundle, parameterNode),
        }

    def _ct(self, parameterNode) -> str:
        image = self._sceneCase.ct(parameterNode)
        return self._ctKeys.get(Same(image), lambda: _contentOf(image))

    def _ringSettings(self, parameterNode) -> str:
        return repr(self._ringChoice.settings(parameterNode))

    def _predictors(self, parameterNode) -> str:
        protocol = self._bundles.protocol(parameterNode)
        words = protocol.words(clinicalRecord(parameterNode, protocol))
        return repr([words[variable.name] for variable in protocol.predictors.values()])

    def _bundle(self, parameterNode) -> str:
        return self._bundles.chosen(parameterNode).bundle_hash


def changedInputs(before: dict, now: dict) -> set[str]:
    """Return the names of the inputs that differ between two fingerprints."""
    return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}


def changes(before: dict, now: dict) -> list[str]:
    """Return in sentences what differs between two fingerprints."""
    sentences = {
        "ct": _("Another CT is chosen, or its voxels changed."),
        "tumor": _("The outline of the tumour changed."),
        "ring": _("The ring changed."),
        "ringSettings": _("The settings of the ring changed."),
        "clinical": _("The clinical findings changed."),
        "bundle": _("Another model bundle is chosen, or it changed on disk."),
    }
    changed = changedInputs(before, now)
    if changed & {"tumor", "ringSettings"}:
        changed.discard("ring")  # it follows
    return [sentence for key, sentence in sentences.items() if key in changed]


def _tolerant(read, parameterNode) -> str:
    try:
        return read(parameterNode)
    except ParotidClassifierError:
        return ""


def _contentOf(image) -> str:
    place = (*image.GetOrigin(), *image.GetSpacing(), *image.GetDirection())
    rounded = repr([round(value, 4) + 0.0 for value in place])
    return content_key(sitk.GetArrayViewFromImage(image), rounded)
