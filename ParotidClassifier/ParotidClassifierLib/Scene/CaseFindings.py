"""What the images and the outlines show, as lines of ✓ ⚠ ✗; found once for each content."""

from functools import partial

from ParotidClassifierCore.base.cache import Cache, Same
from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.case.acquisition_findings import acquisition_findings
from ParotidClassifierCore.case.checks import check_ct, check_outline, check_plain_ct
from ParotidClassifierCore.imaging.findings import refused
from ParotidClassifierCore.imaging.side import Side, side_finding


class CaseFindings:
    """Finds what speaks for and against classifying a case; never raises."""

    def __init__(self, sceneCase, ringFollower):
        self._sceneCase = sceneCase
        self._ringFollower = ringFollower
        self._found = Cache(4)  # one a kind of finding

    def of(self, parameterNode) -> list:
        """Return Core's findings about CT, its headers, plain CT and outlines, in this order."""
        found = self.ofImages(parameterNode)
        ofOutline = self._ofOutline(parameterNode) if found else []
        return [*found, *(finding for finding in ofOutline if finding not in found)]

    def ofImages(self, parameterNode) -> list:
        """Return those about CT, its headers and the plain CT."""
        if parameterNode is None or parameterNode.ct is None:
            self._found.clear()
            return []
        try:
            ct = self._sceneCase.ct(parameterNode)
        except ParotidClassifierError as error:
            return [refused(error)]
        name = parameterNode.ct.GetName()
        findings = list(self._found.get("ct", lambda: check_ct(ct, name), Same(ct)))
        findings += self._ofHeaders(parameterNode)
        return [*findings, *self._ofPlainCt(parameterNode, ct)]

    def side(self, parameterNode) -> Side | None:
        """Return on which side the tumour lies; None where that is not known."""
        found = self.of(parameterNode)
        return next((side for side in Side if side_finding(side) in found), None)

    def _ofHeaders(self, parameterNode) -> list:
        source = self._sceneCase.source(parameterNode)
        if source is None:
            return []
        find = partial(acquisition_findings, source.acquisition)
        return self._found.get("headers", find, Same(source))

    def _ofPlainCt(self, parameterNode, ct) -> list:
        try:
            plain = self._sceneCase.plainCt(parameterNode)
        except ParotidClassifierError as error:
            return [refused(error)]
        if plain is None:
            return []
        return self._found.get("plainCt", lambda: check_plain_ct(ct, plain), Same(ct, plain))

    def _ofOutline(self, parameterNode) -> list:
        drawn, problem = self._ringFollower.drawn, self._ringFollower.problem
        if drawn is not None:
            return self._found.get(
                "outline",
                lambda: check_outline(self._sceneCase.case(parameterNode), drawn),
                Same(drawn),
            )
        # An outline that is still missing is the next step, not a finding.
        return [refused(problem)] if problem is not None and self._ringFollower.hasTumor else []
