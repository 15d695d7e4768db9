"""Letters that the usual font lacks: embedded where a font has them, else told."""

import io

import pytest
from ParotidClassifierCore.reporting import pdf_letters
from ParotidClassifierCore.reporting.parts import Document, Facts, Listing, Paragraph, Row, Section
from ParotidClassifierCore.reporting.pdf import document_pdf
from ParotidClassifierCore.statistics.results import Table
from pypdf import PdfReader

MIXED = "Tumor旧, 肿瘤 腫瘤, 耳下腺しゅよう カタカナ, 이하선 종양, Läsion ≥ Ж"
LONG = "中文的长句子没有空格也必须在行尾换行，" * 20
NOTE = "fonts of the reader's own"


@pytest.fixture
def fonts(monkeypatch):
    """Return a function that says which files of fonts this computer has."""

    def having(*names):
        monkeypatch.setattr(pdf_letters, "_ON_THIS_COMPUTER", names)
        pdf_letters._font_of.cache_clear()

    yield having
    pdf_letters._font_of.cache_clear()


def written(text, more=LONG):
    table = Table("Cases", ("Case", "Reason"), ((text, more),))
    document = Document(
        title="Report", banner="Banner", label=f"Case {text}", about=(Facts((("Case", text),)),),
        front=(Row(((Section("a", "Title", (Paragraph(more),)),),), (1.0,)),),
        appendix=(Section("b", "Cases", (Listing("cases", table),)),),
    )  # fmt: skip
    pages = PdfReader(io.BytesIO(document_pdf(document))).pages
    used = {
        str(font.get_object()["/BaseFont"])
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    return ["".join(page.extract_text().split()) for page in pages], used, pages


def test_without_a_font_to_embed_the_readers_are_named_and_every_letter_is_there(fonts):
    fonts()
    texts, used, _ = written(MIXED)
    assert {"/STSong-Light", "/HYSMyeongJo-Medium"} <= used
    for page in texts:
        assert page.count("".join(MIXED.split())) >= 2  # in the text and under it
        assert "".join(LONG.split()) in page
        assert "".join(NOTE.split()) in page


def test_a_font_of_this_computer_that_has_the_letter_is_embedded(fonts):
    fonts("no such font.ttf", "STIXGeneral.ttf")
    texts, used, _ = written("A \u2322", "nothing more")
    assert any("+STIXGeneral" in name for name in used)
    assert not {"/STSong-Light", "/HYSMyeongJo-Medium"} & used
    assert all("A\u2322" in text and "".join(NOTE.split()) not in text for text in texts)


def test_a_letter_of_no_font_is_written_as_its_number(fonts):
    fonts()
    texts, _, _ = written("\u0e01 \U00020bb7 x")
    assert "[U+0E01][U+20BB7]x" in texts[0]


def test_a_control_is_written_out_as_on_the_page():
    texts, _, _ = written("case \u202e1\x1b[2J", "x")
    assert texts[0].count(r"case\u202e1\u001b[2J") >= 2


def test_latin_and_greek_need_no_other_font_and_no_note():
    texts, used, _ = written("Läsion α Ж", "≥ ×")
    assert all("DejaVuSans" in name for name in used if "Helvetica" not in name)
    assert not any("".join(NOTE.split()) in text for text in texts)


def test_a_long_line_without_spaces_stays_on_the_page(fonts):
    fonts()
    _, _, pages = written("x")
    ends = []
    pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: ends.append(
            tm[4] + pdf_letters.width_of(text.strip("\n"), pdf_letters.FONT, abs(size))
        )
    )
    assert max(ends) < float(pages[0].mediabox.right)
