"""HU come out of a DICOM series as they were meant, or it is refused, or a finding says why not."""

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.dicom_series import slice_name, small_ct, store_hu, write_series
from ParotidClassifierCore.base.errors import UnreadableFileError, UnusableImageError
from ParotidClassifierCore.case.acquisition_findings import acquisition_findings
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from ParotidClassifierCore.imaging.findings import Severity
from pydicom.uid import JPEG2000, JPEGBaseline8Bit, JPEGLSLossless, JPEGLSNearLossless


def voxels(folder):
    return sitk.GetArrayFromImage(load_ct(folder))


def warnings_of(folder):
    found = acquisition_findings(load_sourced_ct(folder)[1].acquisition)
    return {f.code: f for f in found if f.severity is not Severity.OK}


def of_slice(number, **texts):
    """Return a change that sets tags of one slice to texts that may break DICOM's rules."""

    def change(content, k):
        for keyword, value in texts.items():
            if k == number and value is None:
                delattr(content, keyword)
            elif k == number:
                content[keyword] = pydicom.DataElement(keyword, "LO", value)

    return change


def show_black_as_white(content, _k):
    content.PhotometricInterpretation = "MONOCHROME1"


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("signed", [0, 1])
def test_hu_do_not_depend_on_whether_black_is_shown_as_white(tmp_path, bits, signed):
    def turned(content, k):
        show_black_as_white(content, k)
        content.BitsStored, content.HighBit, content.PixelRepresentation = bits, bits - 1, signed

    ct = small_ct()
    plain = sitk.GetArrayFromImage(ct)
    assert np.array_equal(voxels(write_series(tmp_path / "turned", ct, change=turned)), plain)

    def compressed(content, k):
        turned(content, k)
        content.compress(JPEGLSLossless, generate_instance_uid=False)

    assert np.array_equal(voxels(write_series(tmp_path / "small", ct, change=compressed)), plain)
    for path in (tmp_path / "turned").iterdir():
        path.write_bytes(path.read_bytes()[132:])  # without the preamble
    assert np.array_equal(voxels(tmp_path / "turned"), plain)


@pytest.mark.parametrize("cut", [1, 100, 3199])
def test_a_slice_that_shows_black_as_white_may_not_be_cut_off_either(tmp_path, cut):
    path = write_series(tmp_path, change=show_black_as_white) / slice_name(5)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(UnreadableFileError, match=f"pixels of .*{slice_name(5)} .* cannot be dec"):
        load_ct(tmp_path)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"RescaleSlope": None, "RescaleIntercept": None}, "no RescaleSlope and no Resc.*unlike "),
        ({"RescaleIntercept": None}, "has no RescaleIntercept"),
        ({"RescaleIntercept": ""}, "has no RescaleIntercept"),
        ({"RescaleIntercept": "abc"}, "has RescaleIntercept 'abc'"),
        ({"RescaleIntercept": "-1O24"}, "has RescaleIntercept '-1O24'"),
        ({"RescaleIntercept": "-1_024"}, "has RescaleIntercept '-1_024'"),
        ({"RescaleSlope": "nan"}, "has RescaleSlope 'nan'"),
        ({"RescaleSlope": "0"}, "has RescaleSlope '0'"),
        ({"RescaleSlope": "1,0"}, "has RescaleSlope '1,0'"),
    ],
)
def test_a_slice_that_does_not_say_its_hu_is_refused_by_name(tmp_path, texts, told):
    write_series(tmp_path, change=of_slice(5, **texts))
    with pytest.raises(UnreadableFileError, match=told) as refusal:
        load_ct(tmp_path)
    assert str(tmp_path / slice_name(5)) in refusal.value.message
    assert refusal.value.remedy


def test_values_that_no_slice_rescales_are_taken_as_hu_and_that_is_said(tmp_path):
    planes = sitk.GetArrayFromImage(small_ct())

    def plain(content, k):
        store_hu(content, planes[k], intercept=0)
        del content.RescaleSlope, content.RescaleIntercept

    write_series(tmp_path, change=plain)
    assert np.array_equal(voxels(tmp_path), planes)
    assert "taken as HU" in warnings_of(tmp_path)["no_rescaling"].message


@pytest.mark.parametrize(
    ("kind", "code", "severity"),
    [
        ("US", "units_unspecified", Severity.INFO),
        ("HU_MOD", "units_not_hu", Severity.WARNING),
        ("normalized", "units_not_hu", Severity.WARNING),
    ],
)
def test_other_units_than_hu_are_said(tmp_path, kind, code, severity):
    finding = warnings_of(write_series(tmp_path, change=of_slice(3, RescaleType=kind)))[code]
    assert finding.severity is severity
    assert f"'{kind}'" in finding.message


@pytest.mark.parametrize("kind", ["HU", "hu", "Hounsfield Units", ""])
def test_hu_by_any_name_are_no_finding(tmp_path, kind):
    write_series(tmp_path, change=lambda c, _k: setattr(c, "RescaleType", kind))
    assert not warnings_of(tmp_path).keys() & {"units_not_hu", "units_unspecified", "no_rescaling"}


def test_a_quantity_that_is_no_kind_of_hu_is_refused(tmp_path):
    write_series(tmp_path, change=lambda c, _k: setattr(c, "RescaleType", "Z_EFF"))
    with pytest.raises(UnusableImageError, match=r"are no HU: .* effective atomic number"):
        load_ct(tmp_path)


def test_bits_that_lie_above_those_that_are_stored_are_refused(tmp_path):
    def shifted(content, _k):
        content.BitsStored, content.HighBit, content.PixelRepresentation = 12, 15, 0
        stored = np.frombuffer(content.PixelData, "<u2")
        content.PixelData = (stored << 4).tobytes()

    with pytest.raises(UnusableImageError, match="its 12 bits end with bit 15"):
        load_ct(write_series(tmp_path, change=shifted))


@pytest.mark.parametrize(
    ("tags", "syntax", "told"),
    [
        ({"LossyImageCompression": "01"}, None, "the method is not named"),
        ({"LossyImageCompression": "01", "LossyImageCompressionMethod": "ISO_15444_1"}, None,
         "ISO_15444_1"),
        ({}, JPEGLSNearLossless, "Near-Lossless"),
        ({}, JPEGBaseline8Bit, "JPEG Baseline"),
        ({"LossyImageCompression": "00"}, JPEG2000, "which may be without loss"),
        ({"LossyImageCompression": "00"}, JPEGLSLossless, None),
        ({}, None, None),
    ],
)  # fmt: skip
def test_compression_with_loss_is_a_finding(tmp_path, tags, syntax, told):
    from ParotidClassifierCore.dicom.acquisition import acquisition_of
    from ParotidClassifierCore.dicom.headers import read_header

    def change(content, k):
        if k == 4:
            for keyword, value in tags.items():
                setattr(content, keyword, value)
            if syntax is not None:
                content.file_meta.TransferSyntaxUID = syntax
                content.PixelData = pydicom.encaps.encapsulate([bytes(64)])
                content["PixelData"].is_undefined_length = True

    write_series(tmp_path, change=change)
    said = acquisition_of([read_header(path) for path in sorted(tmp_path.iterdir())])
    found = [f.message for f in acquisition_findings(said) if f.code == "lossy_compression"]
    assert [told in message for message in found] == ([] if told is None else [True])
