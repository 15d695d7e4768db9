"""Only what changed is computed again, and what is kept never differs from what is computed."""

import dataclasses

import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.regions import ring_settings
from ParotidClassifierCore.base.errors import CancelledError
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.prediction.stages import Stages
from ParotidClassifierCore.protocol import shen2026


class Steps:
    """Notes what is done, and gives up at the step of a number."""

    def __init__(self, last=None):
        self.names = []
        self.last = last

    def __call__(self, fraction, step):
        if len(self.names) == self.last:
            raise CancelledError("Enough.")
        self.names.append(step)


def what_was_done(case, bundle, stages, ring=None):
    """Classify with what is kept; return the steps, and check the numbers against a new start."""
    steps = Steps()
    prediction = Session(case, bundle, ring, stages=stages).predict(steps)
    anew = Session(case, bundle, ring).predict()
    assert prediction.models == anew.models
    assert prediction.features == anew.features
    assert prediction.findings == anew.findings
    return steps.names


def measured(steps):
    return {step.partition(":")[0] for step in steps if ": " in step}


def test_the_same_case_again_and_other_clinical_findings_compute_the_models_alone(case, bundle):
    stages = Stages()
    assert measured(what_was_done(case, bundle, stages)) == {"Tumor", "External2"}
    assert not measured(what_was_done(case, bundle, stages))
    words = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"}
    answered = dataclasses.replace(case, record=shen2026().record(words))
    assert not measured(what_was_done(answered, bundle, stages))


def test_equal_images_read_again_compute_nothing_but_the_grid(case, bundle):
    stages = Stages()
    what_was_done(case, bundle, stages)
    again = dataclasses.replace(case, ct=sitk.Image(case.ct), tumor=sitk.Image(case.tumor))
    assert not measured(what_was_done(again, bundle, stages))


def test_an_edit_of_the_ring_inside_its_box_leaves_the_tumour(case, bundle):
    stages = Stages()
    what_was_done(case, bundle, stages)
    drawn = stages.prepare(case, bundle.protocol)
    ring = drawn.grid.mask("External2").copy()
    inside = [axis[len(axis) // 2] for axis in ring.nonzero()]
    ring[tuple(inside)] = False
    edited = dataclasses.replace(case, rings={"External2": drawn.grid.geometry.image(ring)})
    assert measured(what_was_done(edited, bundle, stages)) == {"External2"}


def test_a_wider_ring_moves_the_grid_and_all_is_computed_again(case, bundle):
    stages = Stages()
    what_was_done(case, bundle, stages)
    wide = ring_settings(4.0, bundle.ring.hu_range)
    assert measured(what_was_done(case, bundle, stages, wide)) == {"Tumor", "External2"}


def test_another_outline_and_another_ct_compute_all_again(case, bundle):
    stages = Stages()
    what_was_done(case, bundle, stages)
    larger = dataclasses.replace(case, tumor=ball_mask(case.ct, 9.0))
    assert measured(what_was_done(larger, bundle, stages)) == {"Tumor", "External2"}
    brighter = dataclasses.replace(case, ct=case.ct + 1)
    assert measured(what_was_done(brighter, bundle, stages)) == {"Tumor", "External2"}


def test_another_bundle_computes_only_the_features_that_the_first_did_not_read(case, bundle):
    stages = Stages()
    model = bundle.models["Tumor_RAD"]
    few = dataclasses.replace(bundle, models={"Tumor_RAD": model})
    assert measured(what_was_done(case, few, stages)) == {"Tumor"}
    assert measured(what_was_done(case, bundle, stages)) == {"External2"}
    assert not measured(what_was_done(case, few, stages))


def test_given_up_at_any_step_what_is_kept_is_right(case, bundle):
    complete = Steps()
    expected = Session(case, bundle).predict(complete)
    for last in range(len(complete.names)):
        stages = Stages()
        with pytest.raises(CancelledError):
            Session(case, bundle, stages=stages).predict(Steps(last))
        prediction = Session(case, bundle, stages=stages).predict()
        assert prediction.models == expected.models


def test_little_is_kept_of_many_cases(case, bundle):
    stages = Stages()
    for radius in range(6, 12):
        other = dataclasses.replace(case, tumor=ball_mask(case.ct, radius))
        Session(other, bundle, stages=stages).predict()
    assert len([*stages._grids]) <= 4
    assert len(stages._values._kept) <= 24
