"""The clinical variables and their levels in the user's words."""

from slicer.i18n import tr as _


def variableLabel(name: str) -> str:
    """Return the label of a variable of Core's ClinicalRecord."""
    return {
        "symptoms": lambda: _("Symptoms"),
        "margin": lambda: _("Tumour margin"),
        "lymph_nodes": lambda: _("Enlarged lymph nodes"),
        "age_years": lambda: _("Age"),
        "max_diameter_cm": lambda: _("Maximum diameter"),
        "sex": lambda: _("Sex"),
        "smoking": lambda: _("Smoking"),
        "drinking": lambda: _("Drinking"),
        "shape": lambda: _("Shape"),
        "number": lambda: _("Number of tumours"),
        "location": lambda: _("Location"),
        "density": lambda: _("Density on plain CT"),
        "calcification": lambda: _("Calcification"),
        "cystic_areas": lambda: _("Cystic areas"),
        "enhancement_degree": lambda: _("Degree of enhancement"),
        "enhanced_uniformity": lambda: _("Uniform enhancement"),
    }[name]()


def levelLabel(word: str) -> str:
    """Return the label of a level; a word means the same for every variable that has it."""
    return {
        "unknown": lambda: _("Unknown"),
        "with": lambda: _("With"),
        "without": lambda: _("Without"),
        "clear": lambda: _("Clear"),
        "unclear": lambda: _("Unclear"),
        "female": lambda: _("Female"),
        "male": lambda: _("Male"),
        "yes": lambda: _("Yes"),
        "no": lambda: _("No"),
        "round": lambda: _("Round"),
        "non-round": lambda: _("Not round"),
        "single": lambda: _("Single"),
        "multiple": lambda: _("Multiple"),
        "superficial": lambda: _("Superficial lobe"),
        "deep": lambda: _("Deep lobe"),
        "both": lambda: _("Both lobes"),
        "homogeneous": lambda: _("Homogeneous"),
        "heterogeneous": lambda: _("Heterogeneous"),
        "slight": lambda: _("Slight (below 20 HU)"),
        "moderate": lambda: _("Moderate (20 to 40 HU)"),
        "obvious": lambda: _("Obvious (above 40 HU)"),
    }[word]()


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
