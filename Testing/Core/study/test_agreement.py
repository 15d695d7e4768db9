"""How well two readings agree: by readers where a cohort has them, else by perturbed images."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.cohorts import write_cohort
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import CohortError
from ParotidClassifierCore.case import perturbation
from ParotidClassifierCore.statistics.intraclass import icc_2_1, least_agreement
from ParotidClassifierCore.study import agreement as agreement_module
from ParotidClassifierCore.study.agreement import reader_agreement
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.extraction import extract_cohort
from ParotidClassifierCore.study.manifest import read_manifest
from ParotidClassifierCore.study.reading import Reading


@pytest.fixture(scope="module")
def a_cache(tmp_path_factory):
    return CohortCache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def features(tmp_path_factory, a_cache):
    """Five training cases and one to test, each outlined twice more."""
    folder = tmp_path_factory.mktemp("readers")
    cases = []
    for number, case in enumerate(read_manifest(write_cohort(folder, 6, 5))):
        ct = sitk.ReadImage(str(case.ct))
        second, repeat = folder / f"second{number}.nrrd", folder / f"repeat{number}.nrrd"
        sitk.WriteImage(ball_mask(ct, 6.7 + number % 3), str(second))
        sitk.WriteImage(ball_mask(ct, 6.0 + number % 3, (32, 32, 11)), str(repeat))
        cases.append(replace(case, second_reader=second, repeat=repeat))
    return extract_cohort(cases, PROTOCOL, a_cache)


@pytest.fixture(autouse=True)
def few_readings_are_enough(monkeypatch):
    monkeypatch.setattr(agreement_module, "PERTURBATIONS", 2)
    monkeypatch.setattr(agreement_module, "FEWEST_READINGS", 4)


def without(features, **columns):
    cases = tuple(replace(case, **columns) for case in features.cases)
    return replace(features, cases=cases)


def test_second_and_repeat_readings_are_compared_each_in_its_way(features, a_cache):
    second, repeat = reader_agreement(features, 0, a_cache)
    assert (second.source, second.coefficient, second.cases) == ("second reader", "ICC(2,1)", 5)
    assert (repeat.source, repeat.coefficient, repeat.cases) == ("repeat reading", "ICC(3,1)", 5)
    volume = features.columns.index("Tumor_original_shape_MeshVolume")
    # Another reader who always outlines more agrees in order, hence ICC(3,1) would be high.
    assert second.values[volume] < repeat.values[volume]
    least = least_agreement((second, repeat))
    assert least[volume] == second.values[volume]


def test_the_coefficient_is_that_of_the_two_readings(features, a_cache):
    (second,) = reader_agreement(without(features, repeat=None), 0, a_cache)
    again = extract_cohort(
        [replace(case, tumor=case.second_reader) for case in features.cases[:5]], PROTOCOL, a_cache
    )
    pairs = np.stack([features.radiomics[:5], again.radiomics], axis=1)
    np.testing.assert_array_equal(second.values, icc_2_1(pairs))


def test_test_cases_are_not_looked_at(features, a_cache):
    cases = list(features.cases)
    cases[5] = replace(cases[5], second_reader=None, repeat=None)
    everyone = reader_agreement(features, 0, a_cache)
    training = reader_agreement(replace(features, cases=tuple(cases)), 0, a_cache)
    for one, other in zip(everyone, training, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_too_few_readings_give_way_to_perturbed_images(features, a_cache):
    few = list(without(features, second_reader=None, repeat=None).cases)
    few[0] = features.cases[0]
    (found,) = reader_agreement(replace(features, cases=tuple(few)), 0, a_cache)
    assert (found.source, found.coefficient, found.cases) == ("perturbed images", "ICC(1,1)", 5)
    by_column = dict(zip(features.columns, found.values, strict=True))
    assert by_column["Tumor_original_shape_MeshVolume"] > 0.8
    assert (
        by_column["Tumor_original_shape_MeshVolume"]
        > by_column["Tumor_original_firstorder_Minimum"]
    )


def test_the_seed_decides_how_images_are_perturbed(features, a_cache):
    plain = without(features, second_reader=None, repeat=None)
    one, again, other = (reader_agreement(plain, seed, a_cache)[0].values for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other, equal_nan=True)


def test_perturbed_readings_are_kept_in_the_cache(features, a_cache, monkeypatch):
    plain = without(features, second_reader=None, repeat=None)
    before, told = reader_agreement(plain, 0, a_cache)[0].values, []
    monkeypatch.setattr(Reading, "features", None)  # nothing is computed again
    again = reader_agreement(plain, 0, a_cache, lambda *said: told.append(said))
    np.testing.assert_array_equal(again[0].values, before)
    assert len(told) == 5 * agreement_module.PERTURBATIONS
    fraction, step = told[-1]
    assert fraction == 1.0
    assert step.startswith("perturbed outline 10 of 10 (")


def test_more_noise_in_the_image_lowers_the_agreement(features, a_cache, monkeypatch):
    plain = without(features, second_reader=None, repeat=None)
    usual = reader_agreement(plain, 0, a_cache)[0].values
    monkeypatch.setattr(perturbation, "image_noise_hu", lambda ct: 60.0)
    noisy = reader_agreement(plain, 0, CohortCache(a_cache.folder / "noisy"))[0].values
    assert np.nanmean(noisy > 0.9) < np.nanmean(usual > 0.9)


def test_a_reading_that_cannot_be_used_is_left_out_and_named(features, a_cache, tmp_path):
    ct = sitk.ReadImage(str(features.cases[1].ct))
    sitk.WriteImage(ball_mask(ct) * 0, str(tmp_path / "empty.nrrd"))
    cases = list(without(features, repeat=None).cases)
    cases[1] = replace(cases[1], second_reader=tmp_path / "empty.nrrd")
    (found,) = reader_agreement(replace(features, cases=tuple(cases)), 0, a_cache)
    assert found.cases == 4
    assert "is empty" in found.failures["case1"]
    cases[2] = replace(cases[2], second_reader=tmp_path / "empty.nrrd")
    with pytest.raises(CohortError, match="Only 3 second readings"):
        reader_agreement(replace(features, cases=tuple(cases)), 0, a_cache)
