"""The study of `make trust`: its arithmetic on made figures, and that it goes on where it ended."""

import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cohorts import write_cohort
from ParotidClassifierCore.base.errors import CohortError, UsageError
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.models.logistic import probability_of
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from ParotidClassifierCore.radiomics.settings import default_settings
from ParotidClassifierCore.simulation.cohort import PlannedCase
from ParotidClassifierCore.study import extraction, learn
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.manifest import TEST, TRAIN, read_manifest
from trust import __main__ as run
from trust import cohorts, figures, pool
from trust.cohorts import Judged, judged_cohort, kept_result, permuted, result_key
from trust.page import page
from trust.plan import Cohort, Plan
from trust.targets import Results, Row, rows

MODELS = ("Tumor_RAD", "Tumor_DL", "Tumor_RAD+DL")
INSIDE, OUTSIDE = DomainStatus.INSIDE.value, DomainStatus.OUTSIDE.value


def judged(log_odds, malignant, reach=1.0, answers=None, domain=None, real=None, models=MODELS):
    """Return a cohort in which all models say the same; `log_odds` is (n,) or (m, n)."""
    n = len(malignant)
    log_odds = np.broadcast_to(np.array(log_odds, float), (len(models), n)).copy()
    return Judged(
        models=np.array(models),
        malignant=np.array(malignant, bool),
        real=np.zeros(n, bool) if real is None else np.array(real, bool),
        log_odds=log_odds,
        low=probability_of(log_odds - reach),
        high=probability_of(log_odds + reach),
        answers=np.broadcast_to(np.array(["indeterminate"] if answers is None else answers),
                                (len(models), n)),
        domain=np.array([INSIDE] * n if domain is None else domain),
        failed=np.array(["pool-00007"]),
        minutes=np.array(1.5),
    )  # fmt: skip


def drawn(seed, slope=1.0, cases=400):
    """Return a cohort whose log-odds are those of the outcomes, divided by `slope`."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-1.0, 1.5, cases)
    return judged(true / slope, rng.random(cases) < probability_of(true))


# Arithmetic


@pytest.mark.parametrize("slope", [0.5, 1.0])
def test_the_slope_is_the_mean_over_the_cohorts(slope):
    found = figures.slope([drawn(seed, slope) for seed in range(8)], "Tumor_RAD")
    assert found.mean == pytest.approx(slope, abs=0.1)
    assert len(found.values) == 8
    assert found.sd == pytest.approx(np.std(found.values, ddof=1))


def test_a_slope_that_is_not_estimable_is_counted_and_left_out():
    flat = judged([-1.0] * 20, [True] * 8 + [False] * 12)
    found = figures.slope([flat, drawn(0)], "Tumor_RAD")
    assert found.absent == ("hardly any spread",)
    assert found.values == figures.slope([drawn(0)], "Tumor_RAD").values
    assert np.isnan(figures.slope([flat], "Tumor_RAD").mean)


def test_coverage_leaves_the_cohort_itself_out_of_the_mean():
    # Means of the others: 2, 1 and 1: only the interval of ±1 around 1 holds its own, at its end
    # those around 0 and 2; with the cohort itself all three would lie well inside.
    of_three = [judged([value], [True], reach=1.4) for value in (0.0, 1.0, 2.0)]
    assert figures.coverage(of_three, "Tumor_RAD").values == (0.0, 1.0, 0.0)
    wider = [judged([value], [True], reach=1.6) for value in (0.0, 1.0, 2.0)]
    assert figures.coverage(wider, "Tumor_RAD").values == (1.0, 1.0, 1.0)
    assert figures.coverage(wider[:1], "Tumor_RAD").values == ()


@pytest.mark.parametrize(("cohorts", "share"), [(4, 0.910), (8, 0.933)])
def test_exact_intervals_cover_nearly_95_percent(cohorts, share):
    rng = np.random.default_rng(0)
    exact = [judged(rng.normal(size=5000), [True] * 5000, reach=1.96) for _ in range(cohorts)]
    assert figures.coverage(exact, "Tumor_RAD").mean == pytest.approx(share, abs=0.01)
    assert figures.exact_coverage(cohorts) == pytest.approx(share, abs=1e-3)


def test_the_better_part_is_the_better_in_the_mean():
    outcomes = [False, False, True, True]
    worst, half, best = [4, 3, 2, 1], [1, 3, 2, 4], [1, 2, 3, 4]  # AUC 0, 0.75, 1
    two = [judged([worst, half, half], outcomes), judged([best, half, best], outcomes)]
    found = figures.gain_of_fusion(two, "Tumor_RAD+DL", ("Tumor_RAD", "Tumor_DL"))
    assert found.values == (0.0, 0.25)


def test_a_case_outside_gets_no_answer():
    answers = [MALIGNANT, BENIGN, BENIGN, "indeterminate", BENIGN, ""]
    outcomes = [False, True, False, True, True, False]
    domain = [INSIDE, INSIDE, INSIDE, INSIDE, OUTSIDE, INSIDE]
    one = [judged(range(6), outcomes, answers=answers, domain=domain)]
    assert figures.definite(one, "Tumor_RAD").mean == 3 / 6
    assert figures.wrong(one, "Tumor_RAD", BENIGN).value == 1 / 3
    assert figures.wrong(one, "Tumor_RAD", BENIGN, among_definite=True).value == 1 / 2
    assert figures.wrong(one, "Tumor_RAD", MALIGNANT).value == 1 / 3
    assert figures.wrong(one, "Tumor_RAD", MALIGNANT, among_definite=True).value == 1.0


def test_more_cohorts_do_not_narrow_the_interval_of_errors():
    one = [judged(range(4), [False] * 4, answers=[MALIGNANT, BENIGN, BENIGN, BENIGN])]
    assert figures.wrong(one * 8, "Tumor_RAD", BENIGN) == figures.wrong(one, "Tumor_RAD", BENIGN)


def test_real_ct_counts_where_it_is_not_outside():
    two = judged(
        range(4), [False] * 4, real=[0, 1, 1, 1], domain=[INSIDE, OUTSIDE, INSIDE, "unknown"]
    )
    assert figures.with_headline([two]).mean == 2
    assert len(two.simulated.malignant) == 1


# Which cases


def test_cohorts_share_no_case_unless_the_pool_is_small():
    plan = Plan(Path("kept"), sizes=(3, 5), cohorts=4, permutations=2)
    assert plan.shared(5) == plan.shared(3) == 0
    assert plan.members(Cohort(5, 4)).max() == plan.pool_size - 1
    again = plan.members(Cohort(3, 5, permuted=True))
    np.testing.assert_array_equal(again, plan.members(Cohort(3, 1)))
    small = replace(plan, pool=10)
    assert 0 < small.shared(5) < 1
    assert len(set(small.members(Cohort(5, 4)).tolist())) == 5
    assert set(small.members(Cohort(3, 2))) <= set(small.members(Cohort(5, 2)))
    assert "share cases" in page(Results(small, {}))
    with pytest.raises(UsageError, match="does not hold"):
        replace(plan, pool=4)


def test_more_cohorts_leave_the_first_ones_as_they_are():
    few, more = (Plan(Path("kept"), cohorts=n, permutations=1) for n in (2, 8))
    for cohort in few.every_cohort:
        assert few.training_cases(cohort) == more.training_cases(cohort)
    assert few.test_cases() == more.test_cases()
    everyone = {case.seed for c in more.every_cohort for case in more.training_cases(c)}
    assert not everyone & {case.seed for case in more.test_cases()}


# Cases on disk


def test_a_simulated_case_is_written_once(tmp_path, monkeypatch):
    monkeypatch.setattr(PlannedCase, "simulate", functools.cache(PlannedCase.simulate))
    plan = Plan(tmp_path, test=2).test_cases()
    first = pool.simulated_cases(plan[:1], tmp_path, shen2026())
    written = first[0].ct.stat().st_mtime_ns
    both = pool.simulated_cases(plan, tmp_path, shen2026())
    assert both[0].ct.stat().st_mtime_ns == written
    assert [(c.split, c.malignant) for c in both] == [(TEST, p.malignant) for p in plan]
    assert set(both[1].record) >= {"symptoms", "margin", "lymph_nodes"}
    ct = sitk.ReadImage(str(first[0].ct))
    sitk.WriteImage(ct + 1, str(first[0].ct))
    with pytest.raises(CohortError, match="another version"):
        pool.simulated_cases(plan, tmp_path, shen2026())


def test_real_scans_give_their_tumour_and_balls(tmp_path):
    table = write_cohort(tmp_path, 1, 1)
    scan = tmp_path / "scans" / "one"
    scan.mkdir(parents=True)
    for name, kept in (("ct0", pool.REAL_CT), ("tumor0", pool.REAL_MASK)):
        image = sitk.ReadImage(str(table.with_name(f"{name}.nrrd")))
        sitk.WriteImage(image, str(scan / kept))
    found = pool.real_cases(scan.parent, tmp_path / "balls")
    assert [case.case_id for case in found][:2] == ["real-one", "real-one-ball-1"]
    assert not any(case.simulated for case in found)
    ball = sitk.GetArrayFromImage(sitk.ReadImage(str(found[1].tumor)))
    assert 500 < ball.sum() * np.prod(sitk.ReadImage(str(found[1].tumor)).GetSpacing()) < 12000
    assert pool.real_cases(tmp_path / "nowhere", tmp_path / "balls") == []


# Cohorts


@pytest.fixture(scope="module")
def made_cases(tmp_path_factory):
    """26 balls, 20 of them to learn from, one that is real."""
    rows = read_manifest(write_cohort(tmp_path_factory.mktemp("cohort"), 26, 20))
    return [*rows[:-1], replace(rows[-1], simulated=False)]


@pytest.fixture
def a_plan(tmp_path, made_cases, monkeypatch):
    """A plan of one cohort of made cases; few features, two models, no network, no readers."""
    few = replace(default_settings(), image_types=("Original",))
    monkeypatch.setattr(extraction, "default_settings", lambda: few)
    monkeypatch.setattr(learn, "reader_agreement", lambda *_: ())
    monkeypatch.setattr(learn, "least_agreement", lambda _: None)
    monkeypatch.setattr(cohorts, "simulated_cases", lambda *_: made_cases[:-1])
    two = {name: shen2026().models[name] for name in ("Tumor_RAD", "Clinical")}
    monkeypatch.setattr(Plan, "protocol", replace(shen2026(), models=two, headline=()))
    return Plan(tmp_path, sizes=(20,), cohorts=1, test=5, permutations=0, network=False)


def test_a_cohort_is_learnt_from_once(a_plan, made_cases, monkeypatch):
    cohort, real, cache = Cohort(20, 1), made_cases[-1:], CohortCache(a_plan.folder / "features")
    found = judged_cohort(a_plan, cohort, real, cache)
    assert found.names == ["Tumor_RAD", "Clinical"]
    assert found.real.tolist() == [False] * 5 + [True]
    assert found.malignant.tolist() == [case.malignant for case in made_cases[20:]]
    assert np.isfinite(found.log_odds).all()
    assert (found.low <= probability_of(found.log_odds)).all()
    assert set(found.answers.ravel()) <= {BENIGN, MALIGNANT, "indeterminate"}

    monkeypatch.setattr(cohorts, "learn", None)  # would raise
    again = judged_cohort(a_plan, cohort, real, cache)
    np.testing.assert_equal(vars(again), vars(found))
    assert run._sorted_out(a_plan, {cohort: again})[0] == {20: [again]}

    key = result_key(a_plan, cohort, real)
    assert kept_result(a_plan, cohort, "another") is None
    (kept,) = (a_plan.folder / "results").iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert kept_result(a_plan, cohort, key) is None


def test_only_what_is_left_is_done(a_plan, monkeypatch):
    plan = replace(a_plan, cohorts=3)
    done, asked, told = {1}, [], []
    monkeypatch.setattr(run, "kept_result", lambda _plan, c, _key: c.number in done or None)
    monkeypatch.setattr(run, "judged_cohort", lambda _plan, cohort, *_: asked.append(cohort.number))
    run._do_what_is_left(plan, [], CohortCache(plan.folder), lambda *step: told.append(step))
    assert asked == [2, 3]


def test_a_key_tells_what_decides_a_result(a_plan):
    cohort = Cohort(20, 1)
    keys = [
        result_key(plan, cohort, [])
        for plan in (a_plan, replace(a_plan, test=6), replace(a_plan, network=True),
                     replace(a_plan, network=True, epochs=1), replace(a_plan, cohorts=2))
    ]  # fmt: skip
    assert len(set(keys)) == 4
    assert keys[4] == keys[0]


def test_outcomes_are_dealt_anew_within_each_split(made_cases):
    dealt = permuted(made_cases, 1)
    for split in (TRAIN, TEST):
        outcomes = [[c.malignant for c in of if c.split == split] for of in (made_cases, dealt)]
        assert sum(outcomes[0]) == sum(outcomes[1])
        assert outcomes[0] != outcomes[1]
    assert [c.ct for c in dealt] == [c.ct for c in made_cases]
    assert permuted(made_cases, 1) == dealt


def test_a_run_writes_the_page_and_the_next_one_learns_nothing(
    a_plan, made_cases, monkeypatch, capsys
):
    monkeypatch.setattr(run, "simulated_cases", lambda *_: made_cases[20:22])
    ask = ["--folder", a_plan.folder, "--sizes", 20, "--cohorts", 1, "--test", 5, "--jobs", 1,
           "--permutations", 1, "--without-network", "--real-ct", "none"]  # fmt: skip
    assert run.main([*map(str, ask), "--only-page"]) == 0
    assert "Done: 0 of 1 cohort of 20" in capsys.readouterr().out
    table = a_plan.folder / "page.md"
    assert run.main([*map(str, ask), "--table", str(table)]) == 0
    written = table.read_text(encoding="utf-8")
    assert "Done: 1 of 1 cohort of 20" in written
    assert "Change of Tumor_RAD's log-odds, noise of 1 HU" in written
    assert "skipped: there is no real CT at hand" in written
    assert "## Permuted outcomes: 1 cohort of 20" in written

    monkeypatch.setattr(cohorts, "learn", None)  # would raise
    assert run.main([*map(str, ask), "--table", str(table)]) == 0
    assert table.read_text(encoding="utf-8") == written
    assert run.main([*map(str, ask), "--pool", "3"]) != 0
    assert "does not hold a cohort of 20" in capsys.readouterr().err


# The page


@pytest.fixture
def results(tmp_path):
    real = judged([0.0, 0.0], [False, False], real=[1, 1], domain=[OUTSIDE, OUTSIDE])
    joined = [
        replace(
            cohort,
            **{
                name: np.concatenate([getattr(cohort, name), getattr(real, name)], axis=-1)
                for name in ("malignant", "real", "log_odds", "low", "high", "answers", "domain")
            },
        )
        for cohort in map(drawn, (3, 3, 3))
    ]
    plan = Plan(tmp_path, sizes=(120,), cohorts=3)
    return Results(plan, {120: joined}, [drawn(4)], ("Combined", {"noise of 1 HU": (0.1, 0.2)}))


def row_about(results, words):
    return next(row for row in rows(results) if words in row.what)


def test_each_row_says_what_was_reached(results):
    assert row_about(results, "calibration slope").reached is True
    assert row_about(results, "Brier").reached is True
    assert row_about(results, "RAD+DL less").measured == "+0.000 (Tumor_RAD+DL)"
    covered = row_about(results, "Coverage").measured
    assert covered == "1.00 (Tumor_RAD); 0 of 3 below; 0.89 of exact intervals"
    assert row_about(results, "Real CT").measured == "0.0 of 2; borderline 0.0"
    assert row_about(results, "with a definite answer").reached is None
    assert row_about(results, "Test cases with a definite answer").reached is False
    assert row_about(results, "Permuted outcomes: mean AUC").reached is False
    assert row_about(results, "published-clinical").reached is True


def test_what_models_say_is_told_over_all_cohorts_and_by_size(results):
    both = {120: [drawn(seed, slope=0.9) for seed in range(2)],
            250: [drawn(seed, slope=1.1) for seed in range(2, 5)]}  # fmt: skip
    of_both = replace(results, cohorts=both)
    slopes = [row for row in rows(of_both) if "calibration slope" in row.what]
    assert [row.what.partition(", ")[2] for row in slopes] == [
        "all cohorts", "cohorts of 120", "cohorts of 250",
    ]  # fmt: skip
    every = [*both[120], *both[250]]
    mean = np.mean(figures.slope(every, "Tumor_RAD").values)
    assert slopes[0].measured.startswith(f"{mean:.2f} (Tumor_RAD)")
    covered = [figures.coverage(of_size, "Tumor_RAD").values for of_size in both.values()]
    together = figures.together(figures.coverage(of_size, "Tumor_RAD") for of_size in both.values())
    assert together.values == (*covered[0], *covered[1])
    assert "all cohorts" not in row_about(results, "calibration slope").what


def test_a_model_that_is_too_sure_misses_the_slope(results):
    sure = {120: [drawn(seed, slope=0.5) for seed in range(3)]}
    assert row_about(replace(results, cohorts=sure), "calibration slope").reached is False


def test_the_page_says_what_was_left_out(results):
    full = page(results)
    assert "| reached |" in full
    assert "**missed**" in full
    assert "with permuted outcomes, the network" in full
    assert "could not be used (pool-00007)" in full
    assert all(line.count("|") in (0, 7, 11, 4) for line in full.splitlines())
    bare = page(Results(replace(results.plan, network=False), {120: []}))
    assert "the network and every model that reads it, so Combined too" in bare
    assert "not measured" in bare


def test_a_row_without_target_has_no_verdict():
    assert Row("what", "1").cells == ("what", "", "1", "", "", "")
