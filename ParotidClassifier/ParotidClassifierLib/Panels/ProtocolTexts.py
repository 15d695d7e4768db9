"""The words of a protocol in the user's language.

Those of the published study can be translated: lupdate finds them at the end of this file. The
words of a hospital's own protocol are shown as they are.
"""

from ParotidClassifierCore.protocol import UNKNOWN
from slicer import i18n
from slicer.i18n import tr as _

_CONTEXT = i18n.getContext(__file__)  # of the texts that lupdate finds here


def translated(text: str) -> str:
    """Return a text of a protocol in the user's language, where it is known."""
    return i18n.translate(_CONTEXT, text) if text else ""


def levelText(variable, word: str) -> str:
    """Return the label of a level of Core's ClinicalVariable, or of unknown."""
    return _("Unknown") if word == UNKNOWN else translated(variable.levels[word])


def valueText(variable, value) -> str:
    """Return a value of a variable: the label of its level, or its number with the unit."""
    if not variable.is_number:
        return levelText(variable, value)
    number = f"{value:.{variable.decimals}f}"
    return _("{number} {unit}").format(number=number, unit=translated(variable.unit))


def findingsText(protocol, words: dict) -> str:
    """Return known values by the names of their variables: "Symptoms: Without; Sex: Male"."""
    return "; ".join(
        _("{variable}: {value}").format(
            variable=translated(protocol.clinical[name].label),
            value=valueText(protocol.clinical[name], value),
        )
        for name, value in words.items()
    )


def listText(texts: list) -> str:
    """Return texts as a list in a sentence: "A, B and C"."""
    if len(texts) < 2:
        return "".join(texts)
    return _("{first} and {last}").format(first=", ".join(texts[:-1]), last=texts[-1])


def _ofShippedProtocols() -> tuple:
    """Return the texts of the shipped protocols; `make lists` writes this for lupdate."""
    # fmt: off
    return (
        _("Symptoms"), _("Pain, tenderness or facial palsy."), _("Yes"), _("No"), _("No symptoms"),
        _("Tumour margin"), _("Border of the tumour on CT."), _("Well defined"), _("Ill defined"),
        _("Well-defined margin"), _("Ill-defined margin"), _("Enlarged lymph nodes"),
        _("Enlarged: largest axial diameter above 15 mm at levels I-II, above 8 mm retropharyngeal, above 10 mm elsewhere, unless your department has its own rule."),  # noqa: E501
        _("No enlarged lymph nodes"), _("Age"), _("Age in years."), _("years"),
        _("Maximum diameter"), _("In the largest axial cross-section, in cm."), _("cm"), _("Sex"),
        _("Sex as recorded by the hospital."), _("Female"), _("Male"), _("Smoking"),
        _("Whether the patient smokes."), _("Drinking"), _("Whether the patient drinks alcohol."),
        _("Shape"), _("Shape of the tumour."), _("Round"), _("Not round"), _("Number of tumours"),
        _("One tumour or several."), _("Single"), _("Multiple"), _("Location"),
        _("Lobe of the parotid gland, divided by the retromandibular vein."), _("Superficial lobe"),
        _("Deep lobe"), _("Both lobes"), _("Density on plain CT"),
        _("Density of the tumour before contrast."), _("Homogeneous"), _("Heterogeneous"),
        _("Calcification"), _("Tissue above 100 HU inside the tumour on plain CT."),
        _("Cystic areas"), _("Areas of at most 20 HU inside the tumour."),
        _("Degree of enhancement"),
        _("Enhanced over plain CT: slight below 20 HU, obvious above 40 HU, moderate between."),
        _("Slight (below 20 HU)"), _("Moderate (20 to 40 HU)"), _("Obvious (above 40 HU)"),
        _("Uniform enhancement"), _("Whether the tumour enhances uniformly."), _("tumour"),
        _("ring"), _("tumour texture"), _("ring texture"), _("tumour + ring texture"),
        _("network on the tumour"), _("network on the ring"), _("network on tumour + ring"),
        _("tumour image"), _("ring image"), _("image alone"), _("clinical findings alone"),
        _("image + clinical"),
    )
