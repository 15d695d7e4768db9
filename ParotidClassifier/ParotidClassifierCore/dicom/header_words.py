"""Find the words for contrast phase and part of the body in headers, in several languages."""

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum


class Phase(str, Enum):
    """Contrast phases that a header may name."""

    PLAIN = "plain"
    ARTERIAL = "arterial"
    VENOUS = "venous"
    DELAYED = "delayed"
    ENHANCED = "enhanced"  # with contrast agent, in a phase that is not named


# Without accents and capitals. What stands first is looked for first and then crossed out: "without
# contrast" is not "contrast". No abbreviation is here that means something else too, such as AP.
_WORDS: tuple[tuple[Phase, tuple[str, ...]], ...] = (
    (Phase.PLAIN, (
        "non contrast", "noncontrast", "non enhanced", "nonenhanced", "unenhanced", "pre contrast",
        "precontrast", "without contrast", "w o contrast", "wo contrast", "no contrast", "plain",
        "c -", "nativ", "native", "nativphase", "ohne kontrastmittel", "ohne kontrast", "ohne km",
        "sans contraste", "sans injection", "sans iv", "sin contraste", "sem contraste",
        "senza contrasto", "senza mdc", "basale", "zonder contrast", "blanco", "平扫",
    )),
    (Phase.ARTERIAL, (
        "late arterial", "early arterial", "spatarteriell", "fruharteriell", "arterial",
        "arteriell", "arterielle", "arteriel", "arterieel", "arteriale", "arteriosa", "arterioso",
        "arterienphase", "art", "动脉期", "动脉",
    )),
    (Phase.VENOUS, (
        "portal venous", "portovenous", "portalvenous", "portal venos", "portalvenos",
        "portovenos", "venous",
        "venos", "venose", "veineux", "veineuse", "venosa", "venoso", "veneus", "venenphase",
        "portal", "ven", "静脉期", "门脉期", "静脉",
    )),
    (Phase.DELAYED, (
        "delayed", "delay", "equilibrium", "spatphase", "spat", "tardif", "tardive", "tardia",
        "tardiva", "tardivo", "late", "延迟期", "延迟",
    )),
    (Phase.ENHANCED, (
        "contrast enhanced", "post contrast", "postcontrast", "with contrast", "contrast",
        "enhanced", "c +", "mit kontrastmittel", "mit kontrast", "mit km", "avec contraste",
        "avec injection", "injecte", "con contraste", "com contraste", "con contrasto", "con mdc",
        "met contrast", "cect", "增强",
    )),
)  # fmt: skip


# Names of an examination of several series, which tell nothing of this one.
_BOTH = (
    "with and without contrast", "without and with contrast", "with without contrast",
    "w and w o contrast", "w and wo contrast", "w wo contrast", "w w o contrast", "w o w contrast",
    "mit und ohne km", "mit und ohne kontrastmittel", "ohne und mit km", "sans et avec injection",
    "avec et sans injection", "sin y con contraste", "con y sin contraste", "senza e con mdc",
    "con e senza mdc", "平扫 增强",
)  # fmt: skip


def _pattern(word: str) -> re.Pattern[str]:
    if not word.isascii():  # Chinese has no spaces to stand between
        return re.compile(word)
    spaced = r"[ -]+".join(map(re.escape, word.split()))
    if word.endswith((" +", " -")):
        return re.compile(rf"(?<![a-z])c ?\{word[-1]}(?![a-z0-9])")
    return re.compile(rf"(?<![a-z]){spaced}(?![a-z])")  # digits may touch: ART30S


_BOTH_PATTERNS = [_pattern(word) for word in _BOTH]
_PATTERNS = [(phase, _pattern(word)) for phase, words in _WORDS for word in words]


def phase_words(text: str) -> list[tuple[Phase, str]]:
    """Return the words for a phase that a text has, each with the phase it means.

    Returns:
        Words as they stand in the text; the enhanced one only where no phase is named.
    """
    rest, places = plain_letters(text)
    for pattern in _BOTH_PATTERNS:
        rest = pattern.sub(_crossed_out, rest)
    found = []
    for phase, pattern in _PATTERNS:
        match = pattern.search(rest)
        if match is not None:
            found.append((phase, text[places[match.start()] : places[match.end() - 1] + 1]))
            rest = pattern.sub(_crossed_out, rest)
    named = [pair for pair in found if pair[0] is not Phase.ENHANCED]
    return named or found[:1]


def phase_of(words: str | None) -> Phase | None:
    """Return the one phase that is named; None where none is, or several."""
    phases = {phase for phase, _ in phase_words(words or "")}
    return phases.pop() if len(phases) == 1 else None


def _crossed_out(match: re.Match[str]) -> str:
    return "|" * len(match[0])


def plain_letters(text: str) -> tuple[str, list[int]]:
    """Return a text in small letters without accents, and where in it each letter comes from."""
    letters = [
        (letter if letter.isalnum() or letter in "+-" else " ", place)
        for place, original in enumerate(text)
        for letter in unicodedata.normalize("NFKD", original.casefold())
        if not unicodedata.combining(letter)
    ]
    return "".join(letter for letter, _ in letters), [place for _, place in letters]


# Without accents and capitals. Parts of words, as of HEADNECKCHEST, and whole words.
_HEAD_OR_NECK = re.compile(
    "head|neck|skull|brain|face|facial|maxill|mandib|sinus|orbit|parotid|parotis|saliv|thyroid|"
    "laryn|pharyn|tongue|mouth|tooth|teeth|dental|cspine|c spine|cervi|carotid|temporal|pituit|"
    "whole ?body|kopf|hals|schadel|gesicht|speichel|kiefer|ganzkorper|crane|visage|cabeza|cuello|"
    "cranio|testa|collo|hoofd|cabeca|pescoco|"
    "头|颈|頭|頸|腮|颌|面部|鼻|咽|喉|口腔|甲状腺|全身|"
    "(?<![a-z])(?:ears?|eyes?|nose|jaw|tmj|iac|iam|nnh|hws|tete|cou|cara|oor|oog)(?![a-z])"
)
# Beginnings of words, and whole words.
_ELSEWHERE = re.compile(
    "(?<![a-z])(?:left|right|upper|lower)?(?:chest(?!er)|thora[xck]|lung|heart|cardia|coronar|abd|"
    "pelvi|liver|kidney|renal|extremit|shoulder|humer|elbow|forearm|wrist|finger|knee|ankle|femur|"
    "femor|tibia|fibula|calcan|thigh|breast|prostat|bladder|pancrea|colon|spleen|stomach|uter|"
    "sternum|t ?spine|l ?spine|lumbar|sacrum|sacral|coccyx|aorta|becken|bauch|leber|niere|herz|"
    "schulter|ellenbogen|handgelenk|oberarm|unterarm|oberschenkel|unterschenkel|knie|poumon|bassin|"
    "foie|coeur|genou|epaule|torax|rodilla|hombro|torace|addom|bacino|ginocchio|"
    "(?:hips?|legs?|arms?|hands?|foot|feet|toes?|ribs?|calf|fuss|hufte|lws|bws)(?![a-z]))|"
    "胸|腹|盆|肺|肝|心脏|膝|四肢|髋|腰|肩"
)


def body_word(texts: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return a word for a part of the body and the name of the text that has it, if any does."""
    for part in (_HEAD_OR_NECK, _ELSEWHERE):
        for name, text in texts.items():
            for word in re.findall(r"[^\W\d_]+", text):
                if part.search(plain_letters(word)[0]):
                    return word, name
    return None, None


def is_known(words: str) -> bool:
    """Return whether words name head or neck, or another part of the body that is known here."""
    plain, _ = plain_letters(words)
    return bool(_HEAD_OR_NECK.search(plain) or _ELSEWHERE.search(plain))


def is_elsewhere(words: str) -> bool:
    """Return whether words name a part of the body and neither head nor neck."""
    return is_known(words) and not _HEAD_OR_NECK.search(plain_letters(words)[0])
