"""A DICOMDIR lists the series of a medium; what it lists is read, and what is gone is missed."""

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.dicom_series import small_ct, write_series
from ParotidClassifierCore.base.errors import SeveralSeriesError, UnreadableFileError
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from pydicom.fileset import FileSet

pytestmark = [
    pytest.mark.filterwarnings("ignore:Implicitly cleaning up"),  # of pydicom's FileSet
    pytest.mark.filterwarnings("ignore:Invalid value for VR CS"),
]


@pytest.fixture
def disc(tmp_path):
    """Return the folder of a medium with two series, the second seven HU brighter."""
    medium = FileSet()
    for uid, ct in (("1.2.3", small_ct()), ("1.2.4", small_ct() + 7)):
        for path in sorted(write_series(tmp_path / "sent" / uid, ct, uid).iterdir()):
            medium.add(pydicom.dcmread(path))
    medium.write(tmp_path / "disc")
    return tmp_path / "disc"


@pytest.mark.parametrize("named", ["DICOMDIR", "."], ids=["the file", "the folder that holds it"])
def test_its_series_are_listed_and_one_can_be_named(disc, named):
    with pytest.raises(SeveralSeriesError, match=r"(?s)1\.2\.3  CT, 9 images.*1\.2\.4"):
        load_ct(disc / named)
    read, source = load_sourced_ct(disc / named, "1.2.4")
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(small_ct()) + 7)
    assert len(source.files) == 9


def test_only_what_it_lists_is_read(disc):
    write_series(disc / "another patient", uid="1.2.5")
    with pytest.raises(SeveralSeriesError) as refusal:
        load_ct(disc)
    assert "1.2.5" not in refusal.value.message


def test_a_copy_with_names_in_small_letters_is_read(disc):
    for path in sorted(disc.rglob("*"), reverse=True):
        path.rename(path.with_name(path.name.lower()))
    assert load_ct(disc / "dicomdir", "1.2.3").GetSize() == (40, 40, 9)


def test_a_listed_file_that_is_gone_is_named(disc):
    gone = load_sourced_ct(disc, "1.2.3")[1].files[-1]
    gone.unlink()
    with pytest.raises(UnreadableFileError, match="1 of 18 files that are not there") as refusal:
        load_ct(disc, "1.2.3")
    assert gone.name in refusal.value.message


@pytest.mark.parametrize("left", [0.05, 0.5, 0.9])
def test_one_that_was_cut_off_is_refused(disc, left):
    listing = disc / "DICOMDIR"
    whole = listing.read_bytes()
    listing.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(UnreadableFileError, match=r"DICOMDIR is damaged, or lists no files"):
        load_ct(listing)


def test_one_that_leads_out_of_its_folder_is_refused(disc):
    content = pydicom.dcmread(disc / "DICOMDIR")
    for record in content.DirectoryRecordSequence:
        if "ReferencedFileID" in record:
            record.ReferencedFileID = ["..", "sent", "1.2.3", "000-1.2.3.dcm"]
    content.save_as(disc / "DICOMDIR")
    with pytest.raises(UnreadableFileError, match="lies outside of it"):
        load_ct(disc)
