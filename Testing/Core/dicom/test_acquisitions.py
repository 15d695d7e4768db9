"""Of several acquisitions in one series, one is chosen, by what tells them apart."""

import pytest
import SimpleITK as sitk
from fixtures.dicom_series import small_ct, write_series
from ParotidClassifierCore.base.errors import (
    SeveralSeriesError,
    UnreadableFileError,
    UnusableImageError,
    UsageError,
)
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from ParotidClassifierCore.case.loading import Case, load_case_folder
from ParotidClassifierCore.case.saving import save_case_folder


def phase(folder, number, brighter=0, skip=(), up=0.0, **tags):
    """Write one acquisition of the series 1.2.3 into a folder; values may depend on the slice."""

    def change(content, k):
        content.SOPInstanceUID = f"1.2.3.{number}.{k}"
        x, y, z = map(float, content.ImagePositionPatient)
        content.ImagePositionPatient = [x, y, z + up]
        for keyword, value in tags.items():
            setattr(content, keyword, value(k) if callable(value) else value)

    return write_series(folder / str(number), small_ct() + brighter, skip=skip, change=change)


def listed(folder, acquisition=None):
    """Return the lines of the acquisitions that are offered."""
    kind = SeveralSeriesError if acquisition is None else UnreadableFileError
    with pytest.raises(kind) as caught:
        load_sourced_ct(folder, acquisition=acquisition)
    assert caught.value.remedy
    return [line.strip() for line in caught.value.message.splitlines()[1:] if line.strip()]


def brightness(folder, acquisition):
    read = sitk.GetArrayFromImage(load_sourced_ct(folder, acquisition=acquisition)[0])
    return float((read - sitk.GetArrayFromImage(small_ct())).mean())


def test_phases_with_numbers_are_listed_with_counts_and_times(tmp_path):
    phase(tmp_path, 2, 7, AcquisitionNumber=4, AcquisitionTime="101200")
    phase(tmp_path, 1, AcquisitionNumber=3, AcquisitionTime=lambda k: f"1010{30 + k}")
    lines = ["3  9 slices, scanned at 10:10:30 to 10:10:38", "4  9 slices, scanned at 10:12:00"]
    assert listed(tmp_path) == lines
    assert listed(tmp_path, "5") == lines
    assert [brightness(tmp_path, number) for number in ("3", "4")] == [0, 7]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"AcquisitionTime": "101030"}, {"AcquisitionTime": "101200"}),
        ({"AcquisitionTime": lambda k: f"1010{30 + k}"},
         {"AcquisitionTime": lambda k: f"1012{20 - k}"}),
        ({"TemporalPositionIdentifier": 1, "InstanceNumber": lambda k: 2 * k},
         {"TemporalPositionIdentifier": 2, "InstanceNumber": lambda k: 2 * k + 1}),
        ({"ContentTime": "101030"}, {"ContentTime": "101200"}),
        ({"InstanceNumber": lambda k: k + 1}, {"InstanceNumber": lambda k: 10 + k}),
        ({"AcquisitionNumber": 1, "InstanceNumber": lambda k: k + 1},
         {"AcquisitionNumber": 1, "InstanceNumber": lambda k: 18 - k}),
    ],
    ids=["time", "times", "temporal position", "content time", "order", "one number"],
)  # fmt: skip
def test_phases_without_numbers_of_their_own_are_told_apart(tmp_path, first, second):
    phase(tmp_path, 1, **first)
    phase(tmp_path, 2, 7, **second)
    assert [line[:11] for line in listed(tmp_path)] == ["1  9 slices", "2  9 slices"]
    assert [brightness(tmp_path, number) for number in ("1", "2")] == [0, 7]


def test_reconstructions_are_told_apart_by_what_differs(tmp_path):
    phase(tmp_path, 1, ConvolutionKernel="B30f", InstanceNumber=lambda k: 2 * k)
    phase(tmp_path, 2, 7, ConvolutionKernel="B70f", InstanceNumber=lambda k: 2 * k + 1)
    assert listed(tmp_path) == ["1  9 slices, kernel B30f", "2  9 slices, kernel B70f"]
    assert brightness(tmp_path, "2") == 7


def test_phases_between_whose_slices_the_others_lie_are_not_one_volume(tmp_path):
    phase(tmp_path, 1, AcquisitionNumber=1)
    phase(tmp_path, 2, 200, up=1.5, AcquisitionNumber=2)
    assert len(listed(tmp_path)) == 2
    assert brightness(tmp_path, "1") == 0


def test_blocks_of_one_scan_are_one_volume(tmp_path):
    def blocks(content, k):
        content.AcquisitionNumber = 1 + k // 4

    assert load_ct(write_series(tmp_path / "all", change=blocks)).GetSize() == (40, 40, 9)
    with pytest.raises(UnusableImageError, match=r"1 slice of .* missing"):
        load_ct(write_series(tmp_path / "some", skip=(4,), change=blocks))


def test_an_acquisition_that_misses_a_slice_says_so_when_it_is_chosen(tmp_path):
    phase(tmp_path, 1, AcquisitionNumber=1, skip=(4,))
    phase(tmp_path, 2, 7, AcquisitionNumber=2)
    assert [line[:11] for line in listed(tmp_path)] == ["1  8 slices", "2  9 slices"]
    assert brightness(tmp_path, "2") == 7
    with pytest.raises(UnusableImageError, match="1 slice of acquisition 1 of the series"):
        load_sourced_ct(tmp_path, acquisition="1")


def test_phases_that_nothing_tells_apart_are_refused_as_doubled(tmp_path):
    phase(tmp_path, 1)
    phase(tmp_path, 2, 7)
    with pytest.raises(UnusableImageError, match=r"doubled: [12]/.* and [12]/.*, and 8 more pairs"):
        load_ct(tmp_path)


def test_a_clock_that_passes_midnight_mixes_no_phases(tmp_path):
    phase(tmp_path, 1, AcquisitionTime=lambda k: f"23595{5 + k}" if k < 5 else f"00000{k}")
    phase(tmp_path, 2, 7, AcquisitionTime=lambda k: f"00010{k}")
    with pytest.raises(UnusableImageError, match="doubled"):
        load_ct(tmp_path)


def test_the_only_acquisition_needs_no_name_and_has_no_other(tmp_path):
    phase(tmp_path, 1, AcquisitionNumber=3)
    assert load_sourced_ct(tmp_path, acquisition="3")[1].chosen is None
    with pytest.raises(UnreadableFileError, match=r"no acquisition 4 in .* one acquisition, 3"):
        load_sourced_ct(tmp_path, acquisition="4")


def test_what_was_chosen_is_kept_with_the_case(tmp_path):
    phase(tmp_path / "ct", 1, AcquisitionNumber=1)
    phase(tmp_path / "ct", 2, 7, AcquisitionNumber=2)
    ct, source = load_sourced_ct(tmp_path / "ct", acquisition="2")
    assert {path.parent.name for path in source.files} == {"2"}
    assert source.line.startswith("CT series 1.2.3, acquisition 2")
    save_case_folder(tmp_path / "case", Case(ct, ct > 0, source=source))
    assert load_case_folder(tmp_path / "case").source.chosen == "2"


def test_a_file_that_is_no_dicom_has_no_acquisitions(tmp_path):
    sitk.WriteImage(small_ct(), str(tmp_path / "ct.nrrd"))
    with pytest.raises(UsageError, match="An acquisition was named"):
        load_sourced_ct(tmp_path / "ct.nrrd", acquisition="1")
    with pytest.raises(UsageError, match="A series was named"):
        load_ct(tmp_path / "ct.nrrd", "1.2.3")
