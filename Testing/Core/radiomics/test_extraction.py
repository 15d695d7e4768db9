"""Extraction computes only what is asked for, gives each feature one value, fails clearly.

All of it without PyRadiomics.
"""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case, ball_grid
from fixtures.regions import PROTOCOL, REGIONS
from ParotidClassifierCore.base.errors import FeatureExtractionError
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.imaging.working_grid import Geometry
from ParotidClassifierCore.radiomics.built_in import filters, measuring
from ParotidClassifierCore.radiomics.extraction import extract
from ParotidClassifierCore.radiomics.names import columns_of, feature_names
from ParotidClassifierCore.radiomics.settings import SHAPE, default_settings
from threadpoolctl import threadpool_info, threadpool_limits


@pytest.fixture(scope="module", autouse=True)
def without_pyradiomics():
    with pytest.MonkeyPatch.context() as patch:
        for module in ("radiomics", "trimesh"):
            patch.setitem(sys.modules, module, None)
        yield


@pytest.fixture(scope="module")
def grid():
    return ball_grid(radius=6, margin=9)


@pytest.fixture(scope="module")
def all_values(grid):
    return extract(grid)


def with_tumor(grid, *voxels):
    mask = np.zeros_like(grid.tumor)
    for voxel in voxels:
        mask[voxel] = True
    return replace(grid, masks={**grid.masks, "Tumor": mask})


def test_features_come_in_order(all_values):
    assert tuple(all_values) == columns_of(REGIONS)
    assert len(all_values) == 2 * 1874


@pytest.mark.parametrize(
    "name", [name for name in feature_names() if name.startswith(("original_", "lbp-3D-k_glcm"))]
)
def test_one_feature_is_the_same(grid, all_values, name):
    column = f"External2_{name}"
    assert extract(grid, [column]) == {column: all_values[column]}


def test_unasked_filters_do_not_run(grid, all_values, monkeypatch):
    asked = "Tumor_log-sigma-2-0-mm-3D_glrlm_RunEntropy"
    sigmas = []
    log_filter = filters.log_image

    def spied(image, box, sigma, spacing):
        sigmas.append(sigma)
        return log_filter(image, box, sigma, spacing)

    def forbidden(*args, **options):
        pytest.fail("computed though nobody asked for it")

    monkeypatch.setattr(filters, "log_image", spied)
    monkeypatch.setattr(filters, "_wavelets", forbidden)
    monkeypatch.setattr(measuring, "Samples", forbidden)
    monkeypatch.setattr(filters, "_FILTERS", dict.fromkeys(filters._FILTERS, forbidden))
    others = {n: (f, forbidden) for n, (f, _) in measuring.CLASSES.items() if n != "glrlm"}
    monkeypatch.setattr(measuring, "CLASSES", measuring.CLASSES | others)
    assert extract(grid, [asked]) == {asked: all_values[asked]}
    assert sigmas == [2.0]


def test_a_filter_runs_once_for_both_regions(grid, monkeypatch):
    calls = []
    wavelets = filters._wavelets
    monkeypatch.setattr(filters, "_wavelets", lambda *args: calls.append(1) or wavelets(*args))
    extract(grid, [f"{region}_wavelet-HHL_firstorder_Mean" for region in REGIONS])
    assert len(calls) == 1


def test_grid_position_does_not_matter(grid, all_values):
    turned = Geometry((-31.4, 0.7, 812.3), (0.0, -1.0, 0.0, 0.6, 0.0, -0.8, 0.8, 0.0, 0.6))
    assert extract(replace(grid, geometry=turned)) == all_values


def test_field_of_view_does_not_matter():
    case = ball_case(radius_mm=7.0, size=(70, 72, 26))
    # Brighter than anything else: some filters scale by the largest |HU| of the image.
    more = replace(case, ct=sitk.ConstantPad(case.ct, [11, 0, 4], [6, 13, 5], 2500))
    expected = extract(prepare(case, PROTOCOL).grid)
    assert extract(prepare(more, PROTOCOL).grid) == pytest.approx(expected, rel=1e-9, abs=0)


def test_shape_needs_no_original(grid, all_values):
    settings = replace(default_settings(), image_types=("Square",), feature_classes=(SHAPE,))
    values = extract(grid, settings=settings)
    assert len(values) == 2 * 14
    assert values == {column: all_values[column] for column in values}


def test_progress_grows_from_nothing_to_all(grid):
    told = []
    extract(
        grid, columns_of(["Tumor"]), progress=lambda fraction, step: told.append((fraction, step))
    )
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert any("wavelet-LLH" in step for _, step in told)


def test_threads_get_the_same_numbers(grid, all_values):
    columns = ["Tumor_lbp-3D-m1_glcm_Contrast", "External2_lbp-3D-k_firstorder_Mean"]
    with threadpool_limits(2), ThreadPoolExecutor(4) as pool:
        known, blas = list(warnings.filters), threadpool_info()
        results = list(pool.map(lambda _: extract(grid, columns), range(8)))
        assert (warnings.filters, threadpool_info()) == (known, blas)
    assert results == [{column: all_values[column] for column in columns}] * 8


def test_extraction_is_silent(grid, capfd):
    with pytest.raises(FeatureExtractionError):
        extract(with_tumor(grid, (9, 9, 9), (12, 13, 14)), columns_of(["Tumor"]))
    assert capfd.readouterr() == ("", "")


def test_no_columns_need_no_computing(grid):
    assert extract(grid, []) == {}


@pytest.mark.parametrize(
    "column", ["Tumor_original_glcm_Beauty", "Liver_original_glcm_Contrast", "Tumor", ""]
)
def test_an_unknown_column_is_refused_by_name(grid, column):
    with pytest.raises(
        FeatureExtractionError, match=r"is not a feature of|no region 'Liver'"
    ) as error:
        extract(grid, [column])
    assert repr(column.partition("_")[0])[:-1] in error.value.message


@pytest.mark.parametrize(
    "voxels", [[], [(9, 9, 9)], [(9, 9, slice(5, 12))]], ids=["empty", "voxel", "line"]
)
def test_flat_extent_is_refused(grid, voxels):
    with pytest.raises(FeatureExtractionError, match=r"'Tumor' has . voxels") as error:
        extract(with_tumor(grid, *voxels), ["Tumor_original_firstorder_Mean"])
    assert error.value.remedy


def test_flat_ring_has_its_remedy(grid):
    with pytest.raises(FeatureExtractionError) as error:
        extract(replace(grid, masks={**grid.masks, "External2": np.zeros_like(grid.tumor)}))
    assert "widen the ring" in error.value.remedy


def test_a_region_of_one_slice_is_measured(grid):
    flat = with_tumor(grid, (9, slice(5, 12), slice(5, 12)))
    assert len(extract(flat, columns_of(["Tumor"]))) == 1874


def test_features_that_are_not_finite_are_named(grid):
    with pytest.raises(FeatureExtractionError, match="not finite") as error:
        extract(with_tumor(grid, (9, 9, 9), (12, 13, 14)), columns_of(["Tumor"]))
    assert "Tumor_original_firstorder_RobustMeanAbsoluteDeviation" in error.value.message


def test_constant_region_is_refused(grid):
    flat = replace(grid, ct=np.full_like(grid.ct, 40))
    with pytest.raises(FeatureExtractionError, match=r"'Tumor'.*'lbp-3D-k'"):
        extract(flat, ["Tumor_lbp-3D-k_firstorder_Mean"])


def test_too_many_levels_are_refused(grid):
    wild = np.random.default_rng(0).integers(-1024, 3071, grid.ct.shape).astype(np.int16)
    settings = replace(default_settings(), bin_width=1.0)
    with pytest.raises(FeatureExtractionError, match="grey levels"):
        extract(replace(grid, ct=wild), ["Tumor_original_glcm_Contrast"], settings)


def test_small_grid_is_refused(grid):
    masks = {region: mask[8:11] for region, mask in grid.masks.items()}
    thin = replace(grid, ct=grid.ct[:3], masks=masks)
    with pytest.raises(FeatureExtractionError, match="log-sigma-1-0-mm-3D"):
        extract(thin, ["Tumor_log-sigma-1-0-mm-3D_firstorder_Mean"])
