"""Findings as text of a label: a sign, a colour and one sentence each."""

from html import escape

# The sign tells the severity; the colour only helps. Each colour can be told from the others with
# any colour vision, and stands out (contrast above 3) from the light and the dark background.
_SIGNS = {
    "ok": ("\N{CHECK MARK}", "#009E73"),
    "info": ("\N{INFORMATION SOURCE}", "#3A86D0"),
    "warning": ("\N{WARNING SIGN}", "#C07E00"),
    "error": ("\N{BALLOT X}", "#E0457B"),
}
_ORDER = ("error", "warning", "info", "ok")


def findingsText(findings) -> str:
    """Return the rich text that shows Core's QualityFindings, the worst ones first."""
    ordered = sorted(findings, key=lambda finding: _ORDER.index(finding.severity.value))
    rows = [findingRow(finding.severity.value, finding.message) for finding in ordered]
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>' if rows else ""


def noteText(severity: str, message: str) -> str:
    """Return the rich text of a single sentence with its sign.

    Args:
        severity: value of Core's Severity: ok, info, warning or error.
        message: plain text.
    """
    return f'<table cellspacing="0" cellpadding="2">{findingRow(severity, message)}</table>'


def findingRow(severity: str, message: str) -> str:
    """Return one row of the table of findings."""
    sign, color = _SIGNS[severity]
    return (
        f'<tr><td width="20"><b style="color:{color}">{sign}</b></td>'
        f"<td>{escape(message)}</td></tr>"
    )
