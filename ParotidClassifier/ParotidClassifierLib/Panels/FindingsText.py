"""Findings as text of a label: a sign, a colour and one sentence each."""

from html import escape

# The sign tells the severity; the colour only helps. Each colour can be told from the others with
# any colour vision, and stands out (contrast above 3) from the light and the dark background.
# U+FE0E keeps them text: macOS and Windows would draw some of them as coloured pictures.
_TEXT = "\N{VARIATION SELECTOR-15}"
WARNING_SIGN = f"\N{WARNING SIGN}{_TEXT}"
_SIGNS = {
    "ok": ("\N{CHECK MARK}", "#009E73"),
    "info": ("\N{INFORMATION SOURCE}", "#3A86D0"),
    "warning": ("\N{WARNING SIGN}", "#C07E00"),
    "error": ("\N{BALLOT X}", "#E0457B"),
}
# A message may quote what a stranger wrote.
_MOST_LETTERS = 3000
_ORDER = ("error", "warning", "info", "ok")


def findingsText(findings, passed: str = "") -> str:
    """Return the rich text that shows Core's QualityFindings, the worst ones first.

    Rich text in `passed` stands for those that are in order.
    """
    ordered = sorted(findings, key=lambda finding: _ORDER.index(finding.severity.value))
    listed = [finding for finding in ordered if not passed or not isPassed(finding)]
    rows = [findingRow(finding.severity.value, finding.message) for finding in listed]
    if len(listed) < len(ordered):
        rows.append(_row("ok", passed))
    return _table(rows) if rows else ""


def isPassed(finding) -> bool:
    """Return whether a finding says that something is in order."""
    return finding.severity.value == "ok"


def noteText(severity: str, message: str) -> str:
    """Return the rich text of a sentence in plain text with the sign of a Severity's value."""
    return _table([findingRow(severity, message)])


def findingsTable(findings) -> str:
    """Return the rich text that shows findings in their order."""
    return _table([findingRow(f.severity.value, f.message) for f in findings])


def lineText(message: str) -> str:
    """Return a sentence in plain text as rich text, no number of which is torn from its %."""
    return escape(message).replace(" %", "&nbsp;%")


def toolTipText(message: str) -> str:
    """Return a message as a tool tip that shows it letter by letter, whoever wrote it."""
    return f"<span>{escape(message)}</span>" if "<" in message else message


def findingRow(severity: str, message: str) -> str:
    """Return one row of the table of findings, of a message in plain text."""
    shown = message if len(message) <= _MOST_LETTERS else f"{message[:_MOST_LETTERS]}…"
    return _row(severity, escape(shown))


def _row(severity: str, richText: str) -> str:
    sign, color = _SIGNS[severity]
    mark = f'<b style="color:{color}">{sign}{_TEXT}</b>'
    return f'<tr><td width="20">{mark}</td><td>{richText}</td></tr>'


def _table(rows: list) -> str:
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'
