"""Pages hold the texts of strangers as texts."""

from ParotidClassifierCore.reporting.page import document_page
from ParotidClassifierCore.reporting.parts import Document, Listing, Paragraph, Section
from ParotidClassifierCore.statistics.results import Table

OVERRIDE = "\u202e"


def page_of(text):
    table = Table(text, (text, "b"), ((text, "0.675"),))
    section = Section("one", text, (Paragraph(text), Listing("table", table)))
    return document_page(Document("Case", text, text, (), (), (section,)))


def test_no_name_turns_around_what_stands_beside_it():
    page = page_of(f"case {OVERRIDE}1\x1b[2J")
    assert r"<title>Case: case \u202e1\u001b[2J</title>" in page
    assert OVERRIDE not in page
    assert "\x1b" not in page
    assert "0.675" in page


def test_letters_of_all_languages_are_on_the_page_and_escaped():
    page = page_of("<b>肿瘤 שלום Läsion & 1")
    assert "&lt;b&gt;肿瘤 שלום Läsion &amp; 1</" in page
    assert "<b>肿瘤" not in page
