"""Inside, borderline or outside: calibrated on training cases held out, and never silent."""

import math

import numpy as np
import pytest
from Core.models.made_models import a_bundle, a_domain, values
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle
from ParotidClassifierCore.models.domain import (
    LEAST_CASES,
    OLDER_BUNDLE,
    READS_NO_IMAGE,
    Domain,
    DomainResult,
    DomainStatus,
    fit_domain,
)
from ParotidClassifierCore.protocol import shen2026

INSIDE, BORDERLINE, OUTSIDE, UNKNOWN = DomainStatus
COLUMNS = tuple(f"Tumor_original_glcm_F{i}" for i in range(12))
USUAL = (0.5, 0.5, 5.0)
TRAINING_MM = {"pixel": (0.45, 0.65), "slice": (5.0, 5.0)}


def cases(count, rng, tails=np.inf):
    """Return features (n, 12) that go together, and spacings: pixels vary, slices do not."""
    mixing = np.random.default_rng(1).normal(size=(12, 12))
    features = rng.standard_normal((count, 12)) @ mixing
    if tails < np.inf:
        features /= np.sqrt(rng.chisquare(tails, (count, 1)) / tails)
    pixels = rng.uniform(0.45, 0.65, count)
    return 3.0 + features, np.column_stack([pixels, pixels, np.full(count, 5.0)])


def fitted(features, spacings, folds=5):
    by_column = dict(zip(COLUMNS, features.T, strict=False))
    return fit_domain(by_column, spacings, np.arange(len(features)) % folds)


def judged(domain, features, spacing=USUAL, columns=COLUMNS):
    given = dict(zip(columns, features, strict=False))
    return domain.judge(shen2026(), given, spacing, TRAINING_MM)


@pytest.fixture(scope="module")
def a_fit():
    rng = np.random.default_rng(0)
    return fitted(*cases(120, rng)), cases(1, rng)[0][0]


def shrunk(z):
    """Ledoit & Wolf 2004, equation by equation, for values with a known center of 0."""
    n, p = z.shape
    sample = sum(np.outer(row, row) for row in z) / n
    target = np.trace(sample) / p * np.eye(p)
    spread = sum(((np.outer(row, row) - sample) ** 2).sum() for row in z) / n**2
    share = min(spread / ((sample - target) ** 2).sum(), 1.0)
    return share * target + (1 - share) * sample


def distances(train, new):
    """Own reference: distances of new cases from features (n, k), whose spread has no floor."""
    center = np.median(train, axis=0)
    scale = (np.quantile(train, 0.75, axis=0) - np.quantile(train, 0.25, axis=0)) / 1.349
    inverse = np.linalg.inv(shrunk(np.arcsinh((train - center) / scale)))
    return np.array([math.sqrt(z @ inverse @ z) for z in np.arcsinh((new - center) / scale)])


def length_distances(train, new):
    """Own reference: the same of the logarithms of the lengths, which differ by a quarter."""
    train, new = np.log(train[:, [0, 2]]), np.log(new[:, [0, 2]])
    center = np.median(train, axis=0)
    scale = (np.quantile(train, 0.75, axis=0) - np.quantile(train, 0.25, axis=0)) / 1.349
    z = np.arcsinh((new - center) / np.maximum(scale, math.log(1.25)))
    return np.sqrt((z**2).sum(axis=1))


def test_number_by_hand():
    rng = np.random.default_rng(3)
    (train, mm), (new, new_mm) = cases(60, rng), cases(5, rng)
    fold = np.arange(60) % 5
    held_out = {"features": np.empty(60), "voxels": np.empty(60)}
    for k in range(5):
        held_out["features"][fold == k] = distances(train[fold != k], train[fold == k])
        held_out["voxels"][fold == k] = length_distances(mm[fold != k], mm[fold == k])
    usual = {
        "features": np.quantile(held_out["features"], 0.95),
        "voxels": max(np.quantile(held_out["voxels"], 0.95), math.asinh(1.0)),
    }
    ratios = {
        "features": distances(train, new) / usual["features"],
        "voxels": length_distances(mm, new_mm) / usual["voxels"],
    }
    numbers = np.max([held_out[name] / usual[name] for name in usual], axis=0)
    domain = fitted(train, mm)
    assert domain.held_out == pytest.approx(np.sort(numbers), rel=1e-5)
    for i in range(5):
        found = judged(domain, new[i], tuple(new_mm[i]))
        for name in usual:
            assert found.ratios[name] == pytest.approx(ratios[name][i], rel=1e-5)
        number = max(ratios[name][i] for name in usual)
        assert found.p == ((numbers >= number).sum() + 1) / 61


@pytest.mark.parametrize("tails", [np.inf, 3.0])
def test_few_are_outside(tails):
    rng = np.random.default_rng(4)
    found = []
    for _ in range(6):
        domain = fitted(*cases(120, rng, tails))
        rows = zip(*cases(250, rng, tails), strict=True)
        found += [judged(domain, row, tuple(mm)) for row, mm in rows]
    shares = [np.mean([f.status is status for f in found]) for status in (OUTSIDE, BORDERLINE)]
    assert 0.005 < shares[0] <= 0.05
    assert 0.03 < shares[1] < 0.13
    assert np.quantile([f.p for f in found], (0.25, 0.5, 0.75)) == pytest.approx(
        (0.25, 0.5, 0.75), abs=0.08
    )


def test_unusual_combination(a_fit):
    rng = np.random.default_rng(5)
    first = rng.normal(size=200)
    pair = np.column_stack([first, first + 0.1 * rng.normal(size=200)])
    domain = fitted(pair, cases(200, rng)[1])
    assert judged(domain, (1.5, 1.5)).status is INSIDE
    found = judged(domain, (1.5, -1.5))
    assert found.status is OUTSIDE
    assert found.reasons == ("unusual combination of image features",)


def test_far_is_saturated_but_ordered(a_fit):
    domain, case = a_fit
    far, farther = (judged(domain, case + shift) for shift in (100.0, 1000.0))
    assert far.p == farther.p == 1 / 121
    assert far.number < farther.number
    assert far.as_far == 0
    assert "0 of 120 lie at least as far (p = 0.008)" in far.measured


def test_one_heavy_tail_does_not_decide():
    rng = np.random.default_rng(6)
    features, mm = cases(200, rng)
    features[:, 0] = rng.standard_cauchy(200)
    domain = fitted(features, mm)
    case = np.median(features, axis=0)
    case[0] = np.abs(features[:, 0]).max() / 2
    assert judged(domain, case).status is INSIDE


@pytest.mark.parametrize(
    ("spacing", "status", "reasons"),
    [
        (USUAL, INSIDE, ()),
        ((0.5, 0.5, 4.7), INSIDE, ()),
        ((0.5, 0.5, 1.0), OUTSIDE, ("slices 1 mm apart, not 5 mm",)),
        ((0.5, 0.9, 5.0), OUTSIDE, ("pixels of 0.9 mm, not 0.45 to 0.65 mm",)),
        ((0.9, 0.9, 3.0), OUTSIDE,
         ("pixels of 0.9 mm, not 0.45 to 0.65 mm", "slices 3 mm apart, not 5 mm")),
    ],
)  # fmt: skip
def test_voxels_alone(spacing, status, reasons, a_fit):
    domain, _ = a_fit
    center = domain.spaces[1].centers
    found = judged(domain, center, spacing)
    assert (found.status, found.reasons) == (status, reasons)
    assert found.ratios["features"] == 0.0


def test_shared_lengths_differ_by_a_quarter():
    features, _ = cases(120, np.random.default_rng(7))
    domain = fitted(features, np.tile(USUAL, (120, 1)))
    voxels, space = domain.spaces
    assert voxels.usual == pytest.approx(math.asinh(1.0))
    found = judged(domain, space.centers, (0.5, 0.5, 5.0 * 1.25))
    assert found.ratios["voxels"] == pytest.approx(1.0)
    assert found.status is not INSIDE


def test_rare_length():
    features, mm = cases(200, np.random.default_rng(8))
    mm[:2, 2] = 1.0
    domain = fitted(features, mm)
    training = TRAINING_MM | {"slice": (1.0, 5.0)}
    given = dict(zip(COLUMNS, domain.spaces[1].centers, strict=True))
    found = domain.judge(shen2026(), given, (0.5, 0.5, 1.0), training)
    assert found.status is OUTSIDE
    assert found.reasons == ("slices 1 mm apart, as few training cases have",)


@pytest.mark.parametrize(("alike", "status"), [(0, OUTSIDE), (3, BORDERLINE), (12, INSIDE)])
def test_voxels_are_as_usual_as_training_cases_with_equal_ones_are_many(alike, status):
    features, _ = cases(60, np.random.default_rng(13))
    mm = np.tile([0.5, 0.5, 3.0], (60, 1))
    mm[:alike, :2] = 1.0
    domain = fitted(features, mm)
    found = judged(domain, domain.spaces[1].centers, (1.0, 1.0, 3.0))
    assert found.status is status
    assert found.as_far >= alike


def test_mixed_lengths_are_inside():
    features, mm = cases(200, np.random.default_rng(8))
    mm[::2, 2] = 1.0
    domain = fitted(features, mm)
    center = domain.spaces[1].centers
    assert [judged(domain, center, (0.5, 0.5, z)).status for z in (1.0, 5.0)] == [INSIDE] * 2
    assert judged(domain, center, (0.5, 0.5, 40.0)).status is OUTSIDE


@pytest.mark.parametrize(("shared", "other"), [(7.0, 14.0), (0.0, 2.0), (-7.0, 7.0)])
def test_shared_feature_counts_in_tenths(shared, other):
    features, mm = cases(120, np.random.default_rng(9))
    features[:, 4] = shared
    domain = fitted(features, mm)
    case = np.array(domain.spaces[1].centers)
    case[4] = shared + 0.001
    assert judged(domain, case).status is INSIDE
    case[4] = other
    found = judged(domain, case)
    assert found.status is OUTSIDE
    assert found.reasons == ("unusual texture of the tumour",)


def test_more_features_than_cases():
    rng = np.random.default_rng(10)
    columns = tuple(f"Tumor_original_glcm_F{i}" for i in range(80))
    features = rng.normal(size=(50, 80))
    domain = fit_domain(
        dict(zip(columns, features.T, strict=True)), cases(50, rng)[1], np.arange(50) % 5
    )
    assert judged(domain, np.zeros(80), columns=columns).status is INSIDE
    assert judged(domain, np.full(80, 9.0), columns=columns).status is OUTSIDE


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 1e300])
def test_not_finite_is_outside(wrong, a_fit):
    domain, case = a_fit
    found = judged(domain, [*case[:-1], wrong])
    assert found.status is OUTSIDE
    assert found.reasons == ("no finite texture of the tumour",)
    assert (found.number, found.measured, found.as_dict()["ratios"]) == (None, "", {})
    assert found.p == 1 / 121


@pytest.mark.parametrize(
    ("features", "spacing"), [([None] * 12, USUAL), ([], USUAL), ([3.0] * 12, None)]
)
def test_no_image_is_unknown(features, spacing, a_fit):
    found = judged(a_fit[0], features, spacing)
    assert (found.status, found.p, found.number) == (UNKNOWN, None, None)
    assert "is not known: it has no image" in found.sentence


def test_fewest_cases():
    features, mm = cases(LEAST_CASES, np.random.default_rng(11))
    assert LEAST_CASES == 39
    assert judged(fitted(features, mm), features[0] + 1e6).status is OUTSIDE
    small = fitted(features[:-1], mm[:-1])
    assert small.spaces == ()
    found = judged(small, features[0])
    assert found.status is UNKNOWN
    assert "38 training cases are too few" in found.sentence


def test_no_image_columns():
    assert fit_domain({}, np.empty((0, 3)), np.empty(0, int)).absent == READS_NO_IMAGE


def test_reasons_in_words():
    columns = (
        "Tumor_original_shape_Sphericity", "External2_log-sigma-1-0-mm-3D_firstorder_Mean",
        "Tumor_wavelet-LLH_glcm_Idn", "External2_square_firstorder_Mean",
        "network:Tumor+External2_DL",
    )  # fmt: skip
    rng = np.random.default_rng(12)
    domain = fit_domain(
        dict(zip(columns, rng.normal(size=(5, 90)), strict=True)), cases(90, rng)[1],
        np.arange(90) % 5,
    )  # fmt: skip

    def reason(*row):
        return judged(domain, row, columns=columns).reasons

    assert reason(99, 0, 999, 0, 0) == ("unusual shape and texture of the tumour",)
    assert reason(0, 99, 999, 0, 0) == ("unusual texture of the tumour and the ring",)
    assert reason(0, 0, 0, 99, 0) == ("unusual brightness of the ring",)
    assert reason(0, 0, 0, 0, 99) == ("unusual network's impression of the tumour and the ring",)


@pytest.mark.parametrize(
    ("value", "status", "start"),
    [
        (0.9, INSIDE, "Like the training cases."),
        (0.9907, BORDERLINE, "At the edge of the training cases: unusual "),
        (1.1, OUTSIDE, "Unlike the training cases: unusual "),
    ],
)
def test_sentences(value, status, start):
    found = a_domain().judge(
        shen2026(), values() | {"Tumor_wavelet-LLH_glcm_Idn": value}, USUAL, TRAINING_MM
    )
    assert found.status is status
    assert found.sentence.startswith(start)
    assert ("not reliable here" in found.sentence) == (status is OUTSIDE)
    told = found.as_dict()
    assert DomainResult.from_dict(told) == found
    assert (told["status"], told["p"]) == (status.value, (found.as_far + 1) / 40)
    assert set(told["ratios"]) == {"voxels", "features"}


@pytest.mark.parametrize("domain", [a_domain(), Domain(absent=OLDER_BUNDLE)])
def test_bundle_keeps_it(domain, tmp_path):
    bundle = a_bundle()
    reference = vars(bundle.reference) | {"domain": domain}
    saved = a_bundle(reference=type(bundle.reference)(**reference))
    save_bundle(saved, tmp_path / "b")
    assert load_bundle(tmp_path / "b").reference.domain == domain
