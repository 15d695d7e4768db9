"""How far log-odds move with what nobody can see, measured with a made bundle on made cases."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.bundles import made_bundle
from fixtures.cases import ball_mask
from fixtures.cohorts import write_cohort
from ParotidClassifierCore.base.errors import CohortError
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.study.manifest import read_manifest
from ParotidClassifierCore.study.one_case import NamedBundle
from ParotidClassifierCore.study.sensitivity import CHANGES, measure_sensitivity

ORIGIN, ANCHOR, NOISE, CONTOUR = CHANGES


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return NamedBundle.of(save_bundle(made_bundle(), tmp_path_factory.mktemp("bundles") / "made"))


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return read_manifest(write_cohort(tmp_path_factory.mktemp("cohort"), 2, 0))


@pytest.fixture(scope="module")
def found(cases, bundle):
    return measure_sensitivity(cases, bundle, draws=2)


def test_the_origin_moves_nothing(found):
    assert all((moved < 1e-9).all() for moved in found.moved[ORIGIN].values())


def test_noise_and_contour_move_what_reads_the_image(found):
    for change in (NOISE, CONTOUR):
        moved = found.moved[change]
        assert moved["Tumor_RAD"].shape == (4,)
        assert (moved["Tumor_RAD"] > 0).all()
        assert (moved["Tumor_DL"] > 0).all()
        assert (moved["Clinical"] == 0).all()


def test_median_and_95th_percentile_are_those_over_cases(found):
    rows = {(change, model): (middle, high) for change, model, middle, high in found.rows()}
    moved = found.moved[NOISE]["Combined"]
    assert rows[NOISE, "Combined"] == (np.median(moved), np.percentile(moved, 95))
    assert len(rows) == len(CHANGES) * 11


def test_the_changes_of_a_case_do_not_depend_on_those_beside_it(found, cases, bundle):
    alone = measure_sensitivity(cases[1:], bundle, draws=1)
    for change in (NOISE, CONTOUR):
        assert alone.moved[change]["Combined"][0] == found.moved[change]["Combined"][2]


def test_each_case_is_changed_in_its_own_way(cases, bundle):
    twice = [cases[0], replace(cases[0], case_id="again")]
    found = measure_sensitivity(twice, bundle, draws=1)
    for change in (NOISE, CONTOUR):
        first, second = found.moved[change]["Combined"]
        assert first != second


def test_a_case_that_cannot_be_classified_is_named(cases, bundle, tmp_path):
    ct = sitk.ReadImage(str(cases[0].ct))
    sitk.WriteImage(ball_mask(ct) * 0, str(tmp_path / "empty.nrrd"))
    empty = replace(cases[0], tumor=tmp_path / "empty.nrrd")
    found = measure_sensitivity([empty, cases[1]], bundle, draws=1)
    assert found.cases == 1
    assert "is empty" in found.failures[empty.case_id].reason
    with pytest.raises(CohortError, match="No case could be classified"):
        measure_sensitivity([empty], bundle, draws=1)
