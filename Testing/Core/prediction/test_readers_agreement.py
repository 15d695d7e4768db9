"""Two readers' outlines of one tumour: how alike they are, and what follows from it."""

import dataclasses

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.answers import in_domain
from fixtures.cases import ball_mask
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.prediction.readers_agreement import outline_agreement
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.reporting.answering import Asked, answer
from ParotidClassifierCore.reporting.case import appendix
from ParotidClassifierCore.reporting.parts import Listing


def a_cube(side, at=5, size=30):
    mask = np.zeros((size, size, size), bool)
    mask[(slice(at, at + side),) * 3] = True
    return mask


def test_a_cube_moved_by_two_millimetres_has_the_dice_and_distances_of_geometry():
    found = outline_agreement(a_cube(10), np.roll(a_cube(10), 2, axis=2))
    assert found.dice == 2 * 800 / 2000
    assert found.maximum_mm == 2.0
    assert found.volumes_mm3 == (1000.0, 1000.0)
    assert outline_agreement(a_cube(10), a_cube(10)).maximum_mm == 0.0


def test_the_distances_are_those_of_all_pairs_of_surface_voxels():
    rng = np.random.default_rng(1)
    first, second = a_cube(8, 4, 16), a_cube(7, 5, 16)
    second[rng.integers(3, 13, 12), rng.integers(3, 13, 12), rng.integers(3, 13, 12)] = True
    surfaces = [np.array([v for v in np.argwhere(m) if at_the_edge(m, v)]) for m in (first, second)]
    pairs = np.linalg.norm(surfaces[0][:, None] - surfaces[1][None], axis=-1)
    distances = np.concatenate([pairs.min(axis=1), pairs.min(axis=0)])
    found = outline_agreement(first, second)
    assert found.mean_mm == pytest.approx(distances.mean())
    assert found.percentile_95_mm == pytest.approx(np.percentile(distances, 95))
    assert found.maximum_mm == pytest.approx(distances.max())


def at_the_edge(mask, voxel):
    steps = np.concatenate([np.eye(3, dtype=int), -np.eye(3, dtype=int)])
    return not all(mask[tuple(voxel + step)] for step in steps)


def test_simpleitk_finds_the_same_dice_and_hausdorff_distance():
    first, second = a_cube(10), a_cube(13, 7)
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in (first, second)]
    overlap, hausdorff = sitk.LabelOverlapMeasuresImageFilter(), sitk.HausdorffDistanceImageFilter()
    overlap.Execute(*images)
    hausdorff.Execute(*(sitk.BinaryContour(image, fullyConnected=False) for image in images))
    found = outline_agreement(first, second)
    assert found.dice == pytest.approx(overlap.GetDiceCoefficient())
    assert found.maximum_mm == pytest.approx(hausdorff.GetHausdorffDistance())


def test_the_second_outline_gets_the_probabilities_that_it_has_alone(case, bundle):
    other = ball_mask(case.ct, 10.0)
    answered = answer(case, bundle, Asked(second_tumor=other))
    alone = Session(dataclasses.replace(case, tumor=other), bundle).predict()
    assert answered.second_reader.second.models == alone.models
    told = answered.as_dict()["second_reader"]
    assert 0.6 < told["dice"] < 0.8
    assert 1.0 < told["surface_distance_mm"]["mean"] < 3.0
    assert told["volumes_mm3"][0] == answered.prediction.ring["tumor_volume_mm3"]
    assert told["volumes_mm3"][1] == alone.ring["tumor_volume_mm3"]
    assert all(sentence in answered.text() for sentence in told["agreement"])


def test_a_call_that_hangs_on_the_reader_is_told(case, bundle):
    other = ball_mask(case.ct, 10.0)
    sizes = [
        Session(c, bundle).predict().models["Tumor_RAD"].probability
        for c in (case, dataclasses.replace(case, tumor=other))
    ]
    split = dataclasses.replace(
        bundle, thresholds=bundle.thresholds | {"Tumor_RAD": float(np.mean(sizes))}
    )
    reader = answer(case, split, Asked(second_tumor=other)).second_reader
    assert "Tumor_RAD" in reader.other_calls
    assert "tumour texture" in reader.sentences[1]
    same = answer(case, bundle, Asked(second_tumor=case.tumor)).second_reader
    assert same.sentences[1] == "Every model says the same of both outlines."


def test_an_outline_that_makes_the_case_unlike_the_others_is_told(case, bundle):
    answered = answer(case, bundle, Asked(second_tumor=case.tumor))
    outside = in_domain(answered, DomainStatus.OUTSIDE, "unusual shape of the tumour").prediction
    reader = dataclasses.replace(answered.second_reader, second=outside)
    told = "With the second outline this case is unlike the training cases."
    assert reader.sentences[1] == told
    found = dataclasses.replace(answered, second_reader=reader)
    assert {r.probability for r in found.view.second_reader.values()} == {None}
    assert told in found.text()
    assert found.view.disagreements == [f"{told} See Second reader in the appendix."]


def test_a_case_that_is_outside_by_the_first_outline_has_no_number_of_the_second(case, bundle):
    answered = answer(case, bundle, Asked(second_tumor=case.tumor))
    outside = in_domain(answered, DomainStatus.OUTSIDE, "unusual shape of the tumour").prediction
    for second, told, line in (
        (answered.prediction, "With the first outline this case is unlike the training cases.", 1),
        (outside, "With both outlines this case is unlike the training cases.", 0),
    ):
        reader = dataclasses.replace(answered.second_reader, first=outside, second=second)
        found = dataclasses.replace(answered, prediction=outside, second_reader=reader)
        assert {r.probability for r in found.view.second_reader.values()} == {None}
        assert told in found.text()
        assert len(found.view.disagreements) == line
        parts = appendix.second_reader(found).parts
        assert not any(isinstance(part, Listing) for part in parts)
    shown = dataclasses.replace(found, show_outside=True).view.second_reader
    assert shown["Tumor_RAD"].probability is not None


def test_an_outline_of_another_tumour_or_another_place_is_refused(case, bundle):
    apart = ball_mask(case.ct, 4.0, (15, 15, 10))
    with pytest.raises(UnusableMaskError, match="no voxel in common"):
        answer(case, bundle, Asked(second_tumor=apart))
    elsewhere = sitk.Image(case.tumor)
    elsewhere.SetOrigin((900.0, 900.0, 900.0))
    with pytest.raises(UnusableMaskError, match=r"second reader's outline .* not overlap the CT"):
        answer(case, bundle, Asked(second_tumor=elsewhere))
