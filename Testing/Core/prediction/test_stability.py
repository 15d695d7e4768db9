"""How the answer changes when the tumour is outlined a little differently."""

import dataclasses

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.regions import PROTOCOL, with_ring
from ParotidClassifierCore.app.worker_commands import Desk
from ParotidClassifierCore.base.errors import CancelledError, UnusableMaskError
from ParotidClassifierCore.base.progress import silent
from ParotidClassifierCore.case import grid
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.prediction.stability import drawn_again
from ParotidClassifierCore.prediction.stages import Stages
from ParotidClassifierCore.reporting.case_view import CaseView


def told_of(found):
    models = {"Tumor_RAD": {}}
    return CaseView({"models": models, "stability": found.as_dict()}).stability("Tumor_RAD")


def outlines(case, protocol=PROTOCOL, count=12):
    """Return the prepared case, and every other outline prepared as it is classified."""
    prepared = prepare(case, protocol)
    others = [drawn_again(case, prepared, np.random.default_rng([0, n])) for n in range(count)]
    return prepared, [(prepare(*other), other[1]) for other in others]


def test_the_same_seed_gives_the_same_probabilities_and_another_seed_others(case, bundle):
    stages = Stages()
    first, again, other = (
        Session(case, bundle, stages=stages).stability(count=2, seed=seed) for seed in (5, 5, 6)
    )
    assert first == again
    assert first.probabilities["Tumor_RAD"] != other.probabilities["Tumor_RAD"]
    assert len(set(first.probabilities["Tumor_RAD"])) == 2


def test_only_the_case_as_drawn_is_looked_at_for_findings(case, bundle, monkeypatch):
    looked = []
    monkeypatch.setattr(grid, "quality_findings", lambda *_: looked.append(1) or [])
    Session(case, bundle).stability(count=2)
    assert len(looked) == 1


def test_more_outlines_begin_with_the_fewer(case, bundle):
    few, more = (Session(case, bundle).stability(count=count) for count in (1, 3))
    assert more.probabilities["External2_RAD"][:1] == few.probabilities["External2_RAD"]


def test_the_outlines_stay_within_two_millimetres_of_the_one_drawn(case):
    prepared, others = outlines(case)
    box = prepared.box
    for other, _ in others:
        moved = other.box.transferred(other.grid.tumor, box)
        differ = moved ^ prepared.grid.tumor
        assert differ.any()
        distance = sitk.GetArrayFromImage(
            sitk.SignedMaurerDistanceMap(
                sitk.GetImageFromArray(prepared.grid.tumor.astype(np.uint8)), False, False
            )
        )
        # a shift of 1 mm along each axis, a displacement of 1 mm, half a voxel
        assert np.abs(distance[differ]).max() <= np.sqrt(3) + 1 + 0.75


def test_the_ring_gets_wider_and_narrower_by_half_a_millimetre_and_never_less_than_one(case):
    widths = [protocol.rings[0].ring.width_mm for _, protocol in outlines(case)[1]]
    assert 1.5 <= min(widths) < 2.0 < max(widths) <= 2.5
    found = outlines(case, with_ring(1.0))[1]
    assert min(protocol.rings[0].ring.width_mm for _, protocol in found) == 1.0


def test_what_a_reader_changed_about_the_ring_is_changed_about_every_other_ring(case):
    ring = prepare(case, PROTOCOL).grid
    edited = ring.mask("External2").copy()
    half = edited.shape[0] // 2
    edited[half:] = False  # nothing above the middle counts as ring
    by_hand = dataclasses.replace(case, rings={"External2": ring.geometry.image(edited)})
    prepared, others = outlines(by_hand)
    middle = prepared.box.lower[2] + half
    usual = [int(other.grid.mask("External2").sum()) for other, _ in outlines(case)[1]]
    for (other, _), volume in zip(others, usual, strict=True):
        above = other.grid.mask("External2")[middle - other.box.lower[2] :]
        assert 0.3 * volume < other.grid.mask("External2").sum() < 0.8 * volume
        # only what the wider shell adds, where nothing was there to be removed
        assert above.sum() < 0.3 * volume


def test_flips_are_counted_against_the_call_of_the_case(case, bundle):
    drawn = Session(case, bundle).predict()
    probability = drawn.models["Tumor_RAD"].probability
    found = Session(case, bundle).stability(count=4)
    around = found.probabilities["Tumor_RAD"]
    flips = sum((p >= probability) != (probability >= probability) for p in around)
    at_the_edge = dataclasses.replace(
        bundle, thresholds={**bundle.thresholds, "Tumor_RAD": probability}
    )
    assert Session(case, at_the_edge).stability(count=4).call_flips["Tumor_RAD"] == flips > 0
    assert found.call_flips["Tumor_RAD"] in range(5)


def test_models_without_a_probability_are_left_out(case, bundle):
    found = Session(case, bundle).stability(count=1)
    assert not {"Clinical", "Combined"} & found.probabilities.keys()
    assert found.probabilities.keys() == found.call_flips.keys()
    assert "Under 1 slightly different outline the model Tumor_RAD says" in told_of(found)


def test_it_can_be_given_up_between_any_two_outlines_and_leaves_the_case_as_it_was(case, bundle):
    stages = Stages()
    before = Session(case, bundle, stages=stages).predict()
    told = []

    def until_the_second(fraction, step):
        told.append(fraction)
        if step.startswith("outline 2"):
            raise CancelledError("Enough.")

    with pytest.raises(CancelledError):
        Session(case, bundle, stages=stages).stability(until_the_second, count=3)
    assert told == sorted(told)
    steps = []
    after = Session(case, bundle, stages=stages).predict(lambda _, step: steps.append(step))
    assert after.models == before.models
    assert not [step for step in steps if ": " in step]


def test_where_no_outline_can_be_classified_that_is_what_it_says(
    case, bundle, tmp_path, monkeypatch
):
    def nothing_left(*_):
        raise UnusableMaskError("Nothing is left of it.")

    monkeypatch.setattr("ParotidClassifierCore.prediction.session.drawn_again", nothing_left)
    found = Session(case, bundle).stability(count=3)
    assert (found.unusable, found.probabilities["Tumor_RAD"]) == (3, ())
    assert told_of(found).startswith("None of 3 slightly different outlines could")
    save_case_folder(tmp_path, case)
    request = {"case": str(tmp_path), "bundle": "published-clinical", "count": 2}
    with pytest.raises(UnusableMaskError, match="None of 2 slightly different outlines"):
        Desk().commands["stability"](request, silent)


def test_an_outline_that_cannot_be_classified_is_counted(case, bundle):
    # so close to the border of the scan that some outlines touch it
    near = dataclasses.replace(case, tumor=ball_mask(case.ct, 8.0, (45, 40, 28)))
    found = Session(near, bundle).stability(count=5)
    assert 0 < found.unusable < 5
    assert len(found.probabilities["Tumor_RAD"]) == 5 - found.unusable
    outside = dataclasses.replace(case, tumor=ball_mask(case.ct, 8.0, (2, 40, 16)))
    with pytest.raises(UnusableMaskError):
        Session(outside, bundle).stability(count=2)
