"""A CT that another program read from DICOM is refused as its folder is, by its headers."""

import pytest
from fixtures.dicom_series import write_series
from ParotidClassifierCore.base.errors import ParotidClassifierError, UnusableImageError
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from ParotidClassifierCore.dicom.series import checked_source


def source_of(folder):
    return checked_source("Neck", sorted(folder.iterdir()))


def refusals(folder):
    """Return what is said of the loaded CT, and what of its folder."""
    with pytest.raises(ParotidClassifierError) as loaded:
        source_of(folder)
    with pytest.raises(ParotidClassifierError) as read:
        load_ct(folder)
    assert type(loaded.value) is type(read.value)
    assert loaded.value.remedy == read.value.remedy
    return str(loaded.value), str(read.value).replace(f"the series 1.2.3 in {folder}", "Neck")


def of_one_slice(**tags):
    def change(content, k):
        for keyword, value in tags.items():
            if k == 5 and value is None:
                delattr(content, keyword)
            elif k == 5:
                setattr(content, keyword, value)

    return change


def tilted(content, k):
    content.ImagePositionPatient[1] += 0.5 * k


def doubled(content, k):
    content.ImagePositionPatient[2] -= 3.0 * (k == 5)


def uneven(content, k):
    content.ImagePositionPatient[2] += 1.0 * (k == 5)


@pytest.mark.parametrize(
    "change",
    [
        of_one_slice(RescaleSlope=None, RescaleIntercept=None),
        of_one_slice(RescaleIntercept=""),
        of_one_slice(RescaleType="ED"),
        of_one_slice(Modality="MR"),
        of_one_slice(HighBit=16),
        of_one_slice(ImagePositionPatient=None),
        of_one_slice(FrameOfReferenceUID="1.2.10"),
        doubled,
    ],
)
def test_what_its_folder_is_refused_for_a_loaded_ct_is_refused_for(tmp_path, change):
    loaded, read = refusals(write_series(tmp_path, change=change))
    assert loaded == read


def test_a_missing_slice_is_told(tmp_path):
    loaded, read = refusals(write_series(tmp_path, skip=(4,)))
    assert loaded == read
    assert "1 slice of Neck is missing" in loaded


@pytest.mark.parametrize("change", [tilted, uneven])
def test_slices_that_may_have_been_straightened_are_no_reason(tmp_path, change):
    assert source_of(write_series(tmp_path, change=change)) is not None


def test_values_that_another_program_turns_round_are_refused(tmp_path):
    folder = write_series(tmp_path, change=of_one_slice(PhotometricInterpretation="MONOCHROME1"))
    load_ct(folder)
    with pytest.raises(UnusableImageError, match=r"\.dcm of Neck is stored as MONOCHROME1"):
        source_of(folder)


def test_what_any_slice_says_is_told_of_the_series(tmp_path):
    change = of_one_slice(LossyImageCompression="01", RescaleType="GREY")
    folder = write_series(tmp_path, change=change, BodyPartExamined="EXTREMITY")
    told = source_of(folder)
    assert told == load_sourced_ct(folder)[1]
    assert told.acquisition.lossy
    assert told.acquisition.units == "GREY"


def test_what_holds_no_one_series_has_no_source(tmp_path):
    def shifted(content, k):
        content.ImagePositionPatient[2] += 27.0

    write_series(tmp_path, uid="1.2.3")
    assert source_of(tmp_path) is not None
    write_series(tmp_path, uid="1.2.4", change=shifted)
    assert source_of(tmp_path) is None
    assert checked_source("Neck", []) is None
