"""Which outline of a file is meant, by its name."""

import pytest
from fixtures.regions import EXTERNAL2, TUMOR
from ParotidClassifierCore.base.errors import AmbiguousMaskError
from ParotidClassifierCore.imaging.choosing import place_of


@pytest.mark.parametrize(
    ("names", "wanted", "place"),
    [
        (["GTV", "Tumor", "External2"], None, 1),
        (["GTV", "TUMOR "], None, 1),
        (["GTV", "Tumor"], " gtv", 0),
        (["Segment_1"], None, 0),
        (["mass", "MASS"], "MASS", 1),
        (["Other", "La\N{COMBINING DIAERESIS}sion"], "Läsion", 1),
    ],
)
def test_an_outline_is_found_by_its_name(names, wanted, place):
    assert place_of("file", TUMOR, "roi", names, wanted) == place


@pytest.mark.parametrize(
    ("names", "wanted", "region", "told"),
    [
        (["Vein", "GTV"], None, TUMOR, "named 'Tumor'; it has 'Vein', 'GTV'.*--tumor-roi NAME"),
        (["Vein", "GTV"], None, EXTERNAL2, "--ring-roi NAME"),
        (["External2"], None, TUMOR, "no ROI named 'Tumor'; it has 'External2'"),
        (["external2"], None, TUMOR, "it has 'external2'"),
        (["GTV"], "Vein", TUMOR, "no ROI named 'Vein'"),
        (["Tumor", "Tumor"], None, TUMOR, "several ROIs named 'Tumor'"),
        (["mass", "MASS"], "Mass", TUMOR, "several ROIs named 'mass', 'MASS'"),
    ],
)
def test_what_is_not_clear_is_listed(names, wanted, region, told):
    with pytest.raises(AmbiguousMaskError, match=told):
        place_of("file", region, "roi", names, wanted)
