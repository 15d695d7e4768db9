"""PyRadiomics as the engine: silent, on one core, only what is asked for, the process as it was."""

import logging
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from Core.radiomics.reference import AS_PYRADIOMICS_USER
from fixtures.cases import ball_grid
from fixtures.regions import REGIONS
from ParotidClassifierCore.base.errors import FeatureExtractionError
from ParotidClassifierCore.radiomics.engines import Engine
from ParotidClassifierCore.radiomics.extraction import extract
from ParotidClassifierCore.radiomics.names import columns_of
from threadpoolctl import threadpool_info, threadpool_limits

radiomics = pytest.importorskip("radiomics", reason="PyRadiomics is not installed")


@pytest.fixture(scope="module")
def grid():
    return ball_grid(radius=6, margin=9)


def measured(grid, columns):
    return extract(grid, columns, engine=Engine.PYRADIOMICS)


def test_unasked_filters_do_not_run(grid, monkeypatch):
    asked = "Tumor_log-sigma-2-0-mm-3D_glrlm_RunEntropy"
    sigmas = []
    log_filter = radiomics.imageoperations.getLoGImage

    def spied(image, mask, **options):
        sigmas.extend(options["sigma"])
        return log_filter(image, mask, **options)

    def forbidden(*args, **options):
        pytest.fail("computed though nobody asked for it")

    monkeypatch.setattr(radiomics.imageoperations, "getLoGImage", spied)
    for image_type in set(AS_PYRADIOMICS_USER["imageType"]) - {"LoG"}:
        monkeypatch.setattr(radiomics.imageoperations, f"get{image_type}Image", forbidden)
    for name, feature_class in radiomics.getFeatureClasses().items():
        if name != "glrlm":
            monkeypatch.setattr(feature_class, "__init__", forbidden)
    assert measured(grid, [asked]).keys() == {asked}
    assert sigmas == [2.0]


def test_a_filter_runs_once_for_both_regions(grid, monkeypatch):
    calls = []
    wavelet = radiomics.imageoperations.getWaveletImage

    def counted(*args, **options):
        calls.append(1)
        return wavelet(*args, **options)

    monkeypatch.setattr(radiomics.imageoperations, "getWaveletImage", counted)
    measured(grid, [f"{region}_wavelet-HHL_firstorder_Mean" for region in REGIONS])
    assert len(calls) == 1


def test_threads_get_the_same_numbers(grid):
    columns = ["Tumor_lbp-3D-m1_glcm_Contrast", "External2_lbp-3D-k_firstorder_Mean"]
    expected = measured(grid, columns)
    with threadpool_limits(2), ThreadPoolExecutor(4) as pool:
        filters, blas = list(warnings.filters), threadpool_info()
        results = list(pool.map(lambda _: measured(grid, columns), range(8)))
        assert (warnings.filters, threadpool_info()) == (filters, blas)
    assert results == [expected] * 8


def test_pyradiomics_is_silent(grid, capfd):
    logger, root = logging.getLogger("radiomics"), logging.getLogger()
    mask = np.zeros_like(grid.tumor)
    mask[9, 9, 9] = mask[12, 13, 14] = True

    def state():
        return logger.level, radiomics.handler.level, root.level, list(root.handlers)

    before = state()
    with pytest.raises(FeatureExtractionError):  # PyRadiomics logs a traceback on the way
        measured(replace(grid, masks={**grid.masks, "Tumor": mask}), columns_of(["Tumor"]))
    assert state() == before
    assert capfd.readouterr() == ("", "")


def test_constant_region_is_refused(grid):
    flat = replace(grid, ct=np.full_like(grid.ct, 40))
    with pytest.raises(FeatureExtractionError, match=r"'Tumor'.*'lbp-3D-k'"):
        measured(flat, ["Tumor_lbp-3D-k_firstorder_Mean"])


def test_small_grid_is_refused(grid):
    masks = {region: mask[8:11] for region, mask in grid.masks.items()}
    thin = replace(grid, ct=grid.ct[:3], masks=masks)
    with pytest.raises(FeatureExtractionError, match="log-sigma-1-0-mm-3D"):
        measured(thin, ["Tumor_log-sigma-1-0-mm-3D_firstorder_Mean"])
