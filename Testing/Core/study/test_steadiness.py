"""How far log-odds move with what nobody can see, measured with a made bundle on made cases."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.bundles import made_bundle
from fixtures.cases import ball_mask
from fixtures.cohorts import write_cohort
from fixtures.studies import made_predictions
from fixtures.undrawn import undrawn_figures
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.protocol import ClinicalRecord, shen2026
from ParotidClassifierCore.study import steadiness
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.extraction import CohortFeatures
from ParotidClassifierCore.study.manifest import CohortCase, read_manifest
from ParotidClassifierCore.study.one_case import NamedBundle
from ParotidClassifierCore.study.runs import evaluate_bundle
from ParotidClassifierCore.study.steadiness import (
    CHANGES,
    measure_steadiness,
    steadiness_of_tests,
)

ORIGIN, ANCHOR, NOISE, CONTOUR = CHANGES


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return NamedBundle.of(save_bundle(made_bundle(), tmp_path_factory.mktemp("bundles") / "made"))


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return read_manifest(write_cohort(tmp_path_factory.mktemp("cohort"), 2, 0))


@pytest.fixture(scope="module")
def found(cases, bundle):
    return measure_steadiness(cases, bundle, draws=2)


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
    movements = {(each.change, each.model): each for each in found.movements}
    moved, told = found.moved[NOISE]["Combined"], movements[NOISE, "Combined"]
    assert (told.median, told.percentile_95) == (np.median(moved), np.percentile(moved, 95))
    assert told.cases == 2
    assert len(movements) == len(CHANGES) * 11


def test_the_changes_of_a_case_do_not_depend_on_those_beside_it(found, cases, bundle):
    alone = measure_steadiness(cases[1:], bundle, draws=1)
    for change in (NOISE, CONTOUR):
        assert alone.moved[change]["Combined"][0] == found.moved[change]["Combined"][2]


def test_each_case_is_changed_in_its_own_way(cases, bundle):
    twice = [cases[0], replace(cases[0], case_id="again")]
    found = measure_steadiness(twice, bundle, draws=1)
    for change in (NOISE, CONTOUR):
        first, second = found.moved[change]["Combined"]
        assert first != second


def test_a_case_that_cannot_be_classified_is_named(cases, bundle, tmp_path):
    ct = sitk.ReadImage(str(cases[0].ct))
    sitk.WriteImage(ball_mask(ct) * 0, str(tmp_path / "empty.nrrd"))
    empty = replace(cases[0], tumor=tmp_path / "empty.nrrd")
    found = measure_steadiness([empty, cases[1]], bundle, draws=1)
    assert found.cases == 1
    assert "is empty" in found.failures[empty.case_id]
    assert str(tmp_path) not in found.failures[empty.case_id]
    none = measure_steadiness([empty], bundle, draws=1)
    assert (none.cases, none.movements, len(none.failures)) == (0, [], 1)


@pytest.fixture
def drawn(bundle, monkeypatch):
    """The numbers of the cases that are measured, of four to learn from and eight others."""
    monkeypatch.setattr(steadiness, "measure_steadiness", lambda cases, *_, **__: cases)
    return lambda *asked, **known: _drawn(bundle.load(), *asked, **known)


def _drawn(bundle, most, seed=0, judged=None):
    case = CohortCase("", Path("ct"), Path("tumor"), False, "test", ClinicalRecord({}))
    cases = tuple(
        replace(case, case_id=str(i), split="train" if i < 4 else "test") for i in range(12)
    )
    none = np.empty(0)
    features = CohortFeatures(shen2026(), cases, (), none, none)
    combined = np.zeros(12) if judged is None else np.where(np.isin(range(12), judged), 0.0, np.nan)
    log_odds = {"Tumor_RAD": np.zeros(12), "Combined": combined}
    predictions = replace(made_predictions(), log_odds=log_odds)
    asked = steadiness_of_tests(bundle, features, predictions, most, Machines(), seed)
    return asked and [int(case.case_id) for case in asked]


def test_so_many_test_cases_are_drawn_by_seed(drawn):
    some = drawn(5)
    assert len(set(some)) == 5
    assert some == sorted(some) == drawn(5)
    assert min(some) >= 4
    assert drawn(5, seed=1) != some
    assert drawn(99) == list(range(4, 12))
    assert drawn(0) is None


def test_cases_are_those_that_the_model_shown_first_could_judge(drawn):
    assert drawn(5, judged=[0, 1, 7, 9]) == [7, 9]
    assert drawn(99, judged=[0]) == list(range(4, 12))


def test_an_evaluation_reports_the_steadiness(found, cases, bundle, tmp_path):
    told = []
    with undrawn_figures():
        evaluate_bundle(
            bundle.load(), cases, CohortCache(tmp_path / "cache", Machines()), tmp_path / "out",
            "made", 5, 2, lambda fraction, step: told.append((fraction, step)),
        )  # fmt: skip
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert "steadiness, case 2 of 2 (case1)" in [step for _, step in told]
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert results["steadiness"]["movements"] == [asdict(each) for each in found.movements]
    assert 'id="steadiness"' in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert (tmp_path / "out" / "tables" / "steadiness_all.csv").exists()


def test_it_is_not_asked_of_a_bundle_without_images(cases, tmp_path, capsys):
    table = cases[0].ct.with_name("cohort.csv")
    asked = ("--cohort", table, "--steadiness", "2", "--out", tmp_path / "out")
    assert main([*map(str, ("evaluate", "--bundle", "published-clinical", *asked))]) == 2
    assert "reads no image" in capsys.readouterr().err


def test_it_is_not_asked_of_a_training_without_test_cases(cases, tmp_path, capsys):
    words = cases[0].ct.with_name("cohort.csv").read_text().replace(",test,", ",train,")
    table = cases[0].ct.with_name("all.csv")
    table.write_text(words)
    asked = ("--cohort", table, "--steadiness", "2", "--name", "x", "--out", tmp_path / "out")
    assert main([*map(str, ("train", *asked))]) == 2
    assert "the table has none" in capsys.readouterr().err
