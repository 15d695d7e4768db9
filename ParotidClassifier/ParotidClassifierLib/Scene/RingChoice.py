"""Width and HU limits of the first ring: the bundle's own, but for what the user changed."""

import math

from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.protocol import RingSettings
from slicer.i18n import tr as _

_NAMES = ("ringWidthMm", "ringLowerHu", "ringUpperHu")


class RingChoice:
    """Says which automatic ring is wanted, and keeps what the user changes about it.

    Of a bundle with several rings the first can be changed; the others are as the bundle has them.
    Each of the three settings lies in the parameter node by its name as text; an empty one is the
    bundle's own. Scenes of earlier versions hold all three, whoever set them: they keep the ring
    that they were saved with.
    """

    def __init__(self, bundles):
        self._bundles = bundles

    def trained(self, parameterNode):
        """Return the RingSettings of the chosen bundle's first ring; None where it has no ring."""
        rings = self._bundles.protocol(parameterNode).rings
        return rings[0].ring if rings else None

    def values(self, parameterNode) -> dict:
        """Return the three settings by name; the bundle's own in place of one that is no number."""
        own = _byName(self.trained(parameterNode))
        return {name: _number(_stored(parameterNode, name), own[name]) for name in _NAMES}

    def settings(self, parameterNode):
        """Return the settings as Core's RingSettings; None where the bundle has no ring.

        Raises:
            UsageError: they make no ring.
        """
        for name in _NAMES:
            stored = _stored(parameterNode, name)
            if stored and _number(stored, None) is None:
                raise UsageError(
                    _("The settings of the ring stored in this scene cannot be read."),
                    _("Press As the model under 2. Tumour, Ring."),
                )
        if self.trained(parameterNode) is None:
            return None
        width, lower, upper = self.values(parameterNode).values()
        return RingSettings(width, (lower, upper))

    def protocol(self, parameterNode):
        """Return the protocol of the chosen bundle, with the first ring as the user set it.

        Raises:
            UsageError: the settings make no ring.
        """
        return self._bundles.protocol(parameterNode).with_ring(self.settings(parameterNode))

    def asked(self, parameterNode):
        """Return the settings if the user changed them; None for those of each bundle.

        Raises:
            UsageError: they make no ring.
        """
        settings = self.settings(parameterNode)
        return None if settings == self.trained(parameterNode) else settings

    def holds(self, parameterNode) -> bool:
        """Return whether any setting is stored."""
        return any(_stored(parameterNode, name) for name in _NAMES)

    def change(self, parameterNode, name: str, value: float) -> None:
        """Store a setting by its name in the parameter node; the bundle's own is not stored."""
        isOwn = value == _byName(self.trained(parameterNode))[name]
        parameterNode.setValue(name, "" if isOwn else str(float(value)))

    def forget(self, parameterNode) -> None:
        """Go back to the ring of the bundle."""
        for name in _NAMES:
            parameterNode.setValue(name, "")


def _byName(settings) -> dict:
    return dict(zip(_NAMES, (settings.width_mm, *settings.hu_range), strict=True))


def _stored(parameterNode, name: str) -> str:
    return parameterNode.getValue(name)


def _number(stored: str, default):
    """Return the number in a text; `default` for a text that holds none."""
    try:
        number = float(stored)
    except ValueError:
        return default
    return number if math.isfinite(number) else default
