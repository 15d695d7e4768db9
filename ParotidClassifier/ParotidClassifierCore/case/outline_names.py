"""Recognise names of outlines, in several languages, that are not those of a tumour."""

import re

from ..dicom.header_words import plain_letters
from ..imaging.findings import QualityFinding, warning
from ..imaging.origin import Origin

_LONGEST = 1000  # letters that are looked at
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
# Without accents and capitals; a star stands for more letters.
_NEVER_A_TUMOUR = (
    # tissue around a tumour, or a tumour with a margin
    "ring", "shell", "margin", "rand", "rim", "ptv*", "ctv*", "itv*", "peritumo*", "external*",
    "normal", "healthy", "gesund*", "background", "hintergrund", "周围", "瘤周", "正常", "背景",
    "node", "nodes", "nodal", "ln", "lns", "gtvn*", "lymph", "lymphnode*", "lymphknoten*", "lk",
    "淋巴结",
)  # fmt: skip
_ORGANS = (
    "*parotid*", "*parotis*", "gland", "glands", "glandula*", "*druse", "*drusen", "submandibul*",
    "sublingual*", "mandib*", "unterkiefer*", "brain*", "*hirn", "hirnstamm", "cord", "spinal*",
    "myelon", "ruckenmark*", "larynx*", "kehlkopf*", "pharynx*", "oral", "mund*", "tongue*",
    "zunge*", "thyroid*", "eye", "eyes", "auge*", "lens*", "linse*", "optic*", "cochlea*",
    "*esophag*", "*osophag*", "trachea*", "lung*", "carot*", "jugular*", "vein*", "vene*",
    "artery", "arteri*", "vessel*", "muscle*", "muskel*", "masseter*", "bone", "bones", "knochen*",
    "skull*", "schadel*", "tooth", "teeth", "zahn*", "body", "skin", "haut", "couch*", "table",
    "tisch*", "oar", "oars", "腮腺", "腺", "骨", "脑", "脊髓", "动脉", "静脉", "肌", "皮肤",
)  # fmt: skip
# A tumour of an organ is a tumour.
_TUMOURS = (
    "*tumor*", "*tumour*", "gtv*", "*lesion*", "*lasion*", "mass", "masse", "*adenom*",
    "*karzinom*", "*carcinom*", "*lymphom*", "*sarkom*", "*sarcom*", "*krebs*", "*cancer*",
    "*neoplas*", "raumforderung*", "metasta*", "warthin*", "*zyste*", "*cyst*",
    "瘤", "癌", "肿物", "肿块", "病灶", "病变", "占位",
)  # fmt: skip


def name_finding(origin: Origin | None) -> QualityFinding | None:
    """Return a warning where what was taken as the tumour has the name of something else.

    Names that say nothing, such as Segment_1, are no reason to warn.
    """
    word = None if origin is None else _speaks_against(origin.name)
    if word is None:
        return None
    return warning(
        "outline_named_otherwise",
        f"What was taken as the tumour is called {origin.words}, and '{word}' is no tumour: look "
        "whether it is the right outline.",
    )


def _speaks_against(name: str) -> str | None:
    words = _CAMEL_CASE.sub(" ", name[:_LONGEST])
    text, places = plain_letters(words)
    found = _NEVER_A_TUMOUR_PATTERN.search(text)
    if found is None and _TUMOURS_PATTERN.search(text) is None:
        found = _ORGANS_PATTERN.search(text)
    return None if found is None else words[places[found.start()] : places[found.end() - 1] + 1]


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_of_word, words)))


def _of_word(word: str) -> str:
    if not word.isascii():  # Chinese has no spaces to stand between
        return re.escape(word)
    before = "[a-z]*" if word.startswith("*") else ""
    behind = "[a-z]*" if word.endswith("*") else ""
    return rf"(?<![a-z]){before}{word.strip('*')}{behind}(?![a-z])"


_NEVER_A_TUMOUR_PATTERN, _ORGANS_PATTERN, _TUMOURS_PATTERN = map(
    _pattern, (_NEVER_A_TUMOUR, _ORGANS, _TUMOURS)
)
