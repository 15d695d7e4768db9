"""The clinical variables and their levels in the user's words."""

from slicer.i18n import tr as _


def variableLabel(name: str) -> str:
    """Return the label of a variable of Core's ClinicalRecord."""
    return {
        "symptoms": _("Symptoms"),
        "margin": _("Tumour margin"),
        "lymph_nodes": _("Enlarged lymph nodes"),
        "age_years": _("Age"),
        "max_diameter_cm": _("Maximum diameter"),
        "sex": _("Sex"),
        "smoking": _("Smoking"),
        "drinking": _("Drinking"),
        "shape": _("Shape"),
        "number": _("Number of tumours"),
        "location": _("Location"),
        "density": _("Density on plain CT"),
        "calcification": _("Calcification"),
        "cystic_areas": _("Cystic areas"),
        "enhancement_degree": _("Degree of enhancement"),
        "enhanced_uniformity": _("Uniform enhancement"),
    }[name]


def levelLabel(word: str) -> str:
    """Return the label of a level; a word means the same for every variable that has it."""
    return {
        "unknown": _("Unknown"),
        "with": _("With"),
        "without": _("Without"),
        "clear": _("Clear"),
        "unclear": _("Unclear"),
        "female": _("Female"),
        "male": _("Male"),
        "yes": _("Yes"),
        "no": _("No"),
        "round": _("Round"),
        "non-round": _("Not round"),
        "single": _("Single"),
        "multiple": _("Multiple"),
        "superficial": _("Superficial lobe"),
        "deep": _("Deep lobe"),
        "both": _("Both lobes"),
        "homogeneous": _("Homogeneous"),
        "heterogeneous": _("Heterogeneous"),
        "slight": _("Slight (below 20 HU)"),
        "moderate": _("Moderate (20 to 40 HU)"),
        "obvious": _("Obvious (above 40 HU)"),
    }[word]


def valueLabel(name: str, value) -> str:
    """Return the value of a variable as the user reads it, with its unit."""
    if name == "age_years":
        return _("{years:.0f} years").format(years=value)
    if name == "max_diameter_cm":
        return _("{centimetres:.1f} cm").format(centimetres=value)
    return levelLabel(value)


def inWords(words: dict) -> str:
    """Return the known values of a record as one line: "Symptoms: Without; Sex: Male"."""
    return "; ".join(
        _("{variable}: {value}").format(variable=variableLabel(name), value=valueLabel(name, value))
        for name, value in words.items()
    )
