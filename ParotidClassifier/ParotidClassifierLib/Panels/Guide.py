"""The guide for radiologists, opened in the web browser."""

import qt

_GUIDE = (
    "https://github.com/ParotidClassifier/SlicerParotidClassifier/blob/main/Resources/Docs/"
    "radiologist.md"
)
SECTIONS = {"CT": "1-ct", "Tumour": "2-tumour", "Findings": "3-findings", "Result": "4-result"}


def openGuide(step: str) -> None:
    """Open the guide where it tells of a step of the panel."""
    qt.QDesktopServices.openUrl(qt.QUrl(f"{_GUIDE}#{SECTIONS[step]}"))
