"""What the images and the outlines show, as lines of ✓ ⚠ ✗; found once for each content."""

from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.case.acquisition_findings import acquisition_findings
from ParotidClassifierCore.case.checks import check_ct, check_outline, check_plain_ct
from ParotidClassifierCore.imaging.findings import refused


class CaseFindings:
    """Finds what speaks for and against classifying a case; never raises.

    Args:
        sceneCase: reads the CTs.
        ringFollower: has tumour and ring as they are shown.
    """

    def __init__(self, sceneCase, ringFollower):
        self._sceneCase = sceneCase
        self._ringFollower = ringFollower
        self._known = {}

    def of(self, parameterNode) -> list:
        """Return Core's findings about CT, its headers, plain CT and outlines, in this order."""
        if parameterNode is None or parameterNode.ct is None:
            self._known.clear()
            return []
        try:
            ct = self._sceneCase.ct(parameterNode)
        except ParotidClassifierError as error:
            return [refused(error)]
        name = parameterNode.ct.GetName()
        findings = list(self._once("ct", (ct,), lambda: check_ct(ct, name)))
        findings += self._ofHeaders(parameterNode)
        return [*findings, *self._ofPlainCt(parameterNode, ct), *self._ofOutline(parameterNode)]

    def _ofHeaders(self, parameterNode) -> list:
        source = self._sceneCase.source(parameterNode)
        if source is None:
            return []
        return self._once("headers", (source,), lambda: acquisition_findings(source.acquisition))

    def _ofPlainCt(self, parameterNode, ct) -> list:
        try:
            plain = self._sceneCase.plainCt(parameterNode)
        except ParotidClassifierError as error:
            return [refused(error)]
        if plain is None:
            return []
        return self._once("plainCt", (ct, plain), lambda: check_plain_ct(ct, plain))

    def _ofOutline(self, parameterNode) -> list:
        drawn, problem = self._ringFollower.drawn, self._ringFollower.problem
        if drawn is not None:
            return self._once(
                "outline",
                (drawn,),
                lambda: check_outline(self._sceneCase.case(parameterNode), drawn),
            )
        # An outline that is still missing is the next step, not a finding.
        return [refused(problem)] if problem is not None and self._ringFollower.hasTumor else []

    def _once(self, what: str, objects: tuple, find) -> list:
        """Return what `find` finds, found anew only when one of `objects` is another."""
        known = self._known.get(what)
        if known is None or any(a is not b for a, b in zip(known[0], objects, strict=True)):
            known = objects, find()
            self._known[what] = known
        return known[1]
