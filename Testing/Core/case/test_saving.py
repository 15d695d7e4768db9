"""What is saved as a case folder comes back as the same case, here and in 3D Slicer."""

import dataclasses
import json

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case, ball_mask, tissue_ct
from fixtures.protocols import changed_protocol
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import (
    ClinicalValueError,
    EmptyRingError,
    OutputError,
    UnusableMaskError,
)
from ParotidClassifierCore.case.grid import draw_regions, prepare
from ParotidClassifierCore.case.loading import Case, load_case_folder
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.imaging.lattice import lattice_of
from ParotidClassifierCore.imaging.masks import terminology_entry
from ParotidClassifierCore.imaging.origin import Origin, origin_of, with_origin
from ParotidClassifierCore.protocol import ClinicalRecord

RECORD = ClinicalRecord({"margin": "unclear", "age_years": 61.0})


def voxels(image):
    return sitk.GetArrayFromImage(image)


def lattice_case():
    """A case as the panel has it: Tumor and ring on the 1 mm lattice, each in its own box."""
    case = ball_case()
    drawn = draw_regions(case, PROTOCOL)
    lattice = lattice_of(case.ct)
    box = drawn.box.box_of(drawn.masks["Tumor"])
    tumor = lattice.geometry(box).image(drawn.box.transferred(drawn.masks["Tumor"], box))
    ring = lattice.geometry(drawn.box).image(drawn.masks["External2"])
    return Case(case.ct, tumor, {"External2": ring}, RECORD)


def test_a_saved_case_comes_back_to_the_last_voxel(tmp_path):
    case = lattice_case()
    save_case_folder(tmp_path / "case", case)
    again = load_case_folder(tmp_path / "case")
    assert np.array_equal(voxels(again.ct), voxels(case.ct))
    assert again.record == RECORD
    before, after = draw_regions(case, PROTOCOL), draw_regions(again, PROTOCOL)
    assert before.box == after.box
    assert np.array_equal(before.masks["Tumor"], after.masks["Tumor"])
    assert np.array_equal(before.masks["External2"], after.masks["External2"])


def test_without_a_ring_only_the_tumor_is_saved(tmp_path):
    case = ball_case()
    save_case_folder(tmp_path, case)
    again = load_case_folder(tmp_path)
    assert not again.rings
    assert np.array_equal(voxels(again.tumor), voxels(case.tumor))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "clinical.json", "ct.nrrd", "segmentation.seg.nrrd",
    ]  # fmt: skip


def test_outlines_on_unlike_grids_keep_their_places(tmp_path):
    ct = tissue_ct()
    fine = sitk.Resample(ct, (180, 160, 192), sitk.Transform(), sitk.sitkLinear, ct.GetOrigin(),
                         (0.5, 0.5, 0.5), ct.GetDirection(), 0.0, sitk.sitkInt16)  # fmt: skip
    tumor = ball_mask(fine, 8.0)[66:114, 56:104, 72:120]
    case = Case(ct, tumor, {"External2": ball_mask(ct, 12.0)})
    save_case_folder(tmp_path, case)
    before, after = prepare(case, PROTOCOL), prepare(load_case_folder(tmp_path), PROTOCOL)
    assert before.box == after.box
    assert np.array_equal(before.grid.tumor, after.grid.tumor)
    assert np.array_equal(before.grid.mask("External2"), after.grid.mask("External2"))


def test_a_case_of_an_oblique_scan_comes_back_too(tmp_path):
    case = ball_case()
    angle = np.deg2rad(20)
    turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    for image in (case.ct, case.tumor):
        image.SetDirection(np.ravel(turn).tolist())
    drawn = draw_regions(case, PROTOCOL)
    ring = lattice_of(case.ct).geometry(drawn.box).image(drawn.masks["External2"])
    save_case_folder(tmp_path, dataclasses.replace(case, rings={"External2": ring}))
    again = draw_regions(load_case_folder(tmp_path), PROTOCOL)
    assert again.box == drawn.box
    assert np.array_equal(again.masks["Tumor"], drawn.masks["Tumor"])
    assert np.array_equal(again.masks["External2"], drawn.masks["External2"])


def test_nothing_is_left_where_saving_fails(tmp_path, monkeypatch):
    folder = tmp_path / "case"
    save_case_folder(folder, ball_case())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full_disk(*_, **__):
        raise RuntimeError("[nrrd] _nrrdGzWrite: failed to write to file")

    monkeypatch.setattr(sitk, "WriteImage", full_disk)
    for target in (folder, tmp_path / "new"):
        with pytest.raises(OutputError, match="could not be stored whole"):
            save_case_folder(target, lattice_case())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert not (tmp_path / "new").exists()


def test_an_empty_outline_is_not_saved(tmp_path):
    case = ball_case()
    with pytest.raises(UnusableMaskError, match="Tumor outline is empty"):
        save_case_folder(tmp_path, dataclasses.replace(case, tumor=case.tumor * 0))
    with pytest.raises(UnusableMaskError, match="External2 outline is empty"):
        save_case_folder(tmp_path, dataclasses.replace(case, rings={"External2": case.tumor * 0}))
    assert not list(tmp_path.iterdir())


def test_a_ring_wholly_inside_the_tumor_is_not_saved_as_it_could_not_be_read_again(tmp_path):
    case = ball_case()
    inside = dataclasses.replace(case, rings={"External2": ball_mask(case.ct, 4.0)})
    with pytest.raises(EmptyRingError, match="Nothing of External2 is left outside Tumor") as told:
        save_case_folder(tmp_path, inside)
    assert "draw External2 again" in told.value.remedy
    assert not list(tmp_path.iterdir())


def test_clinical_json_holds_words(tmp_path):
    save_case_folder(tmp_path, lattice_case())
    words = json.loads((tmp_path / "clinical.json").read_text(encoding="utf-8"))
    assert words["margin"] == "unclear"
    assert "symptoms" not in words  # what is unknown is not there


def test_slicer_reads_names_colours_terms_and_voxels(tmp_path):
    slicer = pytest.importorskip("slicer")
    from vtk.util.numpy_support import vtk_to_numpy

    case = lattice_case()
    save_case_folder(tmp_path, case)
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = slicer.vtkMRMLSegmentationStorageNode()
    scene.AddNode(storage)
    storage.SetFileName(str(tmp_path / "segmentation.seg.nrrd"))
    node.SetAndObserveStorageNodeID(storage.GetID())
    assert storage.ReadData(node)
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfLayers() == 1
    for name, mask in (("Tumor", case.tumor), ("External2", case.rings["External2"])):
        segment = segmentation.GetSegment(name)
        assert segment.GetName() == name
        assert segment.GetColor() == pytest.approx(PROTOCOL.regions[name].rgb)
        assert segment.GetTerminology() == terminology_entry(PROTOCOL.regions[name])
        labels = segment.GetRepresentation("Binary labelmap")
        assert labels.GetSpacing() == (1.0, 1.0, 1.0)
        inside = vtk_to_numpy(labels.GetPointData().GetScalars()) == segment.GetLabelValue()
        assert inside.sum() == (voxels(mask) != 0).sum()


def test_findings_that_were_edited_with_notepad_are_read(tmp_path):
    """It marks UTF-8 at the beginning of the file."""
    save_case_folder(tmp_path, ball_case())
    (tmp_path / "clinical.json").write_text('{"margin": "clear"}', encoding="utf-8-sig")
    assert load_case_folder(tmp_path).record == {"margin": "clear"}


def test_findings_are_those_of_the_protocol(tmp_path):
    protocol = changed_protocol("skin-infiltration")
    record = protocol.record({"skin_infiltration": "with", "sex": "male"})
    save_case_folder(tmp_path, dataclasses.replace(ball_case(), record=record))
    assert load_case_folder(tmp_path, protocol=protocol).record == record
    with pytest.raises(ClinicalValueError, match="'skin_infiltration' is not a clinical variable"):
        load_case_folder(tmp_path)
    assert load_case_folder(tmp_path, ClinicalRecord()).record == {}


def test_a_saved_case_knows_what_its_outline_was(tmp_path):
    case = ball_case()
    with_origin(case.tumor, Origin("ROI", "Parotid_L 旧"))
    save_case_folder(tmp_path / "case", case)
    assert origin_of(load_case_folder(tmp_path / "case").tumor) == Origin("ROI", "Parotid_L 旧")
