"""The words by which headers tell what part of the body a CT shows, in several languages."""

from __future__ import annotations

import re

from .headers import Header
from .phase_words import plain_letters

_FREE = {
    "SeriesDescription": "series description",
    "ProtocolName": "protocol name",
    "StudyDescription": "study description",
}
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


def body_part_of(header: Header) -> tuple[str | None, str | None]:
    """Return the header's word for the part of the body, and where it stands.

    Returns:
        What is coded, where it is a word that is known; else a word of the descriptions, one for
        head or neck first. Nothing where there is none.
    """
    coded = {
        "body part examined": header.shared("BodyPartExamined").text("BodyPartExamined"),
        "anatomic region": _coded_region(header),
    }
    for said_by, text in coded.items():
        if is_known(text):
            return text, said_by
    for part in (_HEAD_OR_NECK, _ELSEWHERE):
        for keyword, said_by in _FREE.items():
            for word in re.findall(r"[^\W\d_]+", header.text(keyword)):
                if part.search(plain_letters(word)[0]):
                    return word, said_by
    return None, None


def _coded_region(header: Header) -> str:
    regions = header.shared("AnatomicRegionSequence").content.get("AnatomicRegionSequence") or ()
    return ", ".join(Header(header.path, region).text("CodeMeaning") for region in regions)


def is_known(words: str) -> bool:
    """Return whether words name head or neck, or another part of the body that is known here."""
    plain, _ = plain_letters(words)
    return bool(_HEAD_OR_NECK.search(plain) or _ELSEWHERE.search(plain))


def is_elsewhere(words: str) -> bool:
    """Return whether words name a part of the body and neither head nor neck."""
    return is_known(words) and not _HEAD_OR_NECK.search(plain_letters(words)[0])
