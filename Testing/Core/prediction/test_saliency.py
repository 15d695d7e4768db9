"""Where the network looked, from a case to a file."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.regions import ring_settings, with_ring
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.imaging.working_grid import Geometry
from ParotidClassifierCore.network import grad_cam as deep
from ParotidClassifierCore.prediction.saliency import save_saliency
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.prediction.stages import Stages


@pytest.fixture(scope="module")
def image(case, bundle):
    return Session(case, bundle).saliency()


def test_it_lies_where_the_lesion_lies_in_the_patient(case, bundle, image):
    grid = prepare(case, bundle.protocol).grid
    assert Geometry.of(image) == grid.geometry
    marked = sitk.GetArrayFromImage(image)
    assert marked.max() == 1.0
    index = [int(i) for i in np.argwhere(marked == 1.0)[0][::-1]]
    point = np.array(image.TransformIndexToPhysicalPoint(index))
    centre = case.tumor.TransformContinuousIndexToPhysicalPoint(
        [(n - 1) / 2 for n in case.tumor.GetSize()]
    )
    assert np.linalg.norm(point - centre) < 8 + bundle.ring.width_mm + 2


def test_the_file_holds_the_image_and_says_what_it_is(image, bundle, tmp_path):
    save_saliency(tmp_path / "saliency.nrrd", image)
    read = sitk.ReadImage(str(tmp_path / "saliency.nrrd"))
    np.testing.assert_array_equal(
        sitk.GetArrayViewFromImage(read), sitk.GetArrayViewFromImage(image)
    )
    assert read.GetOrigin() == pytest.approx(image.GetOrigin())
    assert "not why" in read.GetMetaData("ParotidClassifier_Content")
    assert read.GetMetaData("ParotidClassifier_Bundle") == bundle.banner


def test_a_file_that_cannot_be_written_leaves_nothing(image, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        save_saliency(tmp_path / "file" / "saliency.nrrd", image)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_it_is_the_same_with_what_a_prediction_left_behind(case, bundle, image):
    stages = Stages()
    Session(case, bundle, stages=stages).predict()
    again = Session(case, bundle, stages=stages).saliency()
    np.testing.assert_array_equal(
        sitk.GetArrayViewFromImage(again), sitk.GetArrayViewFromImage(image)
    )


def test_it_leaves_the_next_prediction_as_it_was(case, bundle):
    stages = Stages()
    Session(case, bundle, stages=stages).saliency()
    after = Session(case, bundle, stages=stages).predict()
    alone = Session(case, bundle).predict()
    assert after.features == alone.features


def test_the_ring_that_was_asked_for_is_what_the_network_was_shown(case, bundle):
    wide = sitk.GetArrayFromImage(Session(case, bundle, ring_settings(6.0)).saliency())
    grid = prepare(case, with_ring(6.0)).grid
    assert wide.shape == grid.ct.shape
    assert wide[grid.mask("External2")].max() > 0


def test_work_can_be_given_up_before_every_stage(case, bundle, monkeypatch):
    def give_up(fraction, step):
        if step == "where it looked":
            raise KeyboardInterrupt

    monkeypatch.setattr(deep, "saliency", lambda *_: pytest.fail("it went on"))
    with pytest.raises(KeyboardInterrupt):
        Session(case, bundle).saliency(give_up)
