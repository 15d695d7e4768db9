"""Pages hold the texts of strangers as texts."""

from ParotidClassifierCore.reporting.page import rendered
from ParotidClassifierCore.reporting.parts import Document, Listing, Paragraph, Section
from ParotidClassifierCore.statistics.results import Table

OVERRIDE = "\u202e"


def test_no_name_turns_around_what_stands_beside_it():
    text = f"case {OVERRIDE}1\x1b[2J"
    table = Table(text, (text, "b"), ((text, "0.675"),))
    section = Section("one", text, (Paragraph(text), Listing("table", table)))
    document = Document("Case", text, text, (), (), (section,))
    page = rendered("case.html.j2", document=document, banner=text)
    assert r"<title>Case: case \u202e1\u001b[2J</title>" in page
    assert OVERRIDE not in page
    assert "\x1b" not in page
    assert "0.675" in page
