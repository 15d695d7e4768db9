"""IBSI's codes stand only at features that are what IBSI defines."""

from Core.radiomics.ibsi_names import PYRADIOMICS_NAMES
from fixtures.regions import REGIONS
from ParotidClassifierCore.radiomics.ibsi import ibsi_code, ibsi_codes
from ParotidClassifierCore.radiomics.names import columns_of, parse_column


def test_ibsi_features_have_codes():
    assert set(ibsi_codes()) == set(PYRADIOMICS_NAMES.values()) - {"firstorder_Kurtosis"}


def test_no_two_features_share_a_code():
    codes = [code for code, _ in ibsi_codes().values()]
    assert len(set(codes)) == len(codes) == 101


def test_codes_are_those_of_dicom():
    from pydicom.sr._concepts_dict import concepts

    dicom = {}
    for entry in concepts["IBSI"].values():
        for code, meaning in entry.items():
            dicom[code] = meaning if isinstance(meaning, str) else meaning[0]
    for feature, (code, name) in ibsi_codes().items():
        statistic = feature.startswith("firstorder_")  # of these PS3.16 has only the histogram's
        assert dicom.get(code, name if statistic else None) == name


def test_filtered_ones_have_no_code():
    coded = [c for c in columns_of(REGIONS) if ibsi_code(parse_column(c)) is not None]
    assert len(coded) == 2 * 101
    assert all(column.split("_")[1] == "original" for column in coded)
