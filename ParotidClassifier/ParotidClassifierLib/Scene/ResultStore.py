"""The last result, kept with the scene and shown only together with whether it still holds."""

import json
from datetime import datetime, timezone
from pathlib import Path

from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.base.files import write_json
from ParotidClassifierCore.base.strict_json import MalformedError
from slicer.i18n import tr as _

from .Fingerprint import changedInputs, changes
from .StoredResult import readResult


class ResultStore:
    """Writes results into the parameter node and reads them again."""

    def __init__(self, fingerprint):
        self._fingerprint = fingerprint
        self._read = "", None

    def keep(self, parameterNode, answer: dict, fingerprint: dict) -> None:
        """Keep what the background process answered for inputs of this fingerprint."""
        parameterNode.result = json.dumps(
            {
                "prediction": answer["prediction"],
                "features": answer["features"],
                "fingerprint": fingerprint,
                "finishedAt": datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds"),
            }
        )

    def keepWith(self, parameterNode, result: dict, **more: dict) -> bool:
        """Keep answers with a result that was read before, by name; return whether they are kept.

        Where there is another result by now, they are not.
        """
        if self.read(parameterNode) != result:
            return False
        parameterNode.result = json.dumps({**result, **more})
        return True

    def read(self, parameterNode) -> dict | None:
        """Return the last result, not to be changed; None where there is none that can be read."""
        stored = "" if parameterNode is None else parameterNode.result
        if self._read[0] != stored:
            self._read = stored, _readOrNone(stored)
        return self._read[1]

    def isDamaged(self, parameterNode) -> bool:
        """Return whether the scene holds something in place of a result."""
        held = parameterNode is not None and bool(parameterNode.result)
        return held and self.read(parameterNode) is None

    def outOfDate(self, parameterNode) -> list[str]:
        """Return in sentences what changed since the result; empty where it is current."""
        result = self.read(parameterNode)
        if result is None:
            return []
        return changes(result["fingerprint"], self._fingerprint.of(parameterNode))

    def changedInputs(self, parameterNode) -> set[str]:
        """Return the names of the inputs that changed since the result; see Fingerprint."""
        result = self.read(parameterNode)
        if result is None:
            return set()
        return changedInputs(result["fingerprint"], self._fingerprint.of(parameterNode))

    def isOfThisCt(self, parameterNode) -> bool:
        """Return whether there is a result of the CT that is chosen now, out of date or not."""
        isThere = self.read(parameterNode) is not None
        return isThere and "ct" not in self.changedInputs(parameterNode)

    def requireCurrent(self, parameterNode) -> dict:
        """Return the result.

        Raises:
            UsageError: there is none, or it is out of date.
        """
        result = self.read(parameterNode)
        if result is None:
            raise UsageError(_("There is no result yet."), _("Classify the case first."))
        changed = self.outOfDate(parameterNode)
        if changed:
            raise UsageError(
                _("The result is out of date. {changes}").format(changes=" ".join(changed)),
                _("Classify the case again."),
            )
        return result

    def exportPrediction(self, parameterNode, path: str) -> None:
        """Write the current prediction as prediction.json, as the command line does.

        Raises:
            UsageError: there is no current result.
            OutputError: the file cannot be written.
        """
        write_json(Path(path), self.requireCurrent(parameterNode)["prediction"])


def _readOrNone(stored: str) -> dict | None:
    try:
        return readResult(stored)
    except MalformedError:
        return None
