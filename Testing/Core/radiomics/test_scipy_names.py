"""LBP3D is never skipped in silence: the names it imports are provided or their lack is told."""

import sys

import numpy as np
import pytest
import scipy.special
from Core.radiomics.reference import pyradiomics
from fixtures.cases import ball_grid
from ParotidClassifierCore.base.errors import MissingPackageError
from ParotidClassifierCore.radiomics.engines import Engine
from ParotidClassifierCore.radiomics.extraction import extract
from ParotidClassifierCore.radiomics.pyradiomics.scipy_names import (
    scipy_names_of_pyradiomics,
    sph_harm,
)

AZIMUTH = np.linspace(-3.1, 3.1, 13)
POLAR = np.linspace(0.1, 3.0, 13)
LBP_COLUMNS = [f"Tumor_lbp-3D-{image}_glcm_Contrast" for image in ("m1", "m2", "k")]
# Abramowitz and Stegun's closed forms, Condon-Shortley phase included.
CLOSED_FORMS = {
    (0, 0): lambda a, p: 0.5 * np.sqrt(1 / np.pi) * np.ones_like(a),
    (0, 1): lambda a, p: 0.5 * np.sqrt(3 / np.pi) * np.cos(p),
    (1, 1): lambda a, p: -0.5 * np.sqrt(1.5 / np.pi) * np.sin(p) * np.exp(1j * a),
    (-1, 1): lambda a, p: 0.5 * np.sqrt(1.5 / np.pi) * np.sin(p) * np.exp(-1j * a),
    (1, 2): lambda a, p: -0.5 * np.sqrt(7.5 / np.pi) * np.sin(p) * np.cos(p) * np.exp(1j * a),
}
needs_new_scipy = pytest.mark.skipif(
    not hasattr(scipy.special, "sph_harm_y"), reason="this SciPy still has its own sph_harm"
)


@pytest.fixture(scope="module")
def grid():
    return ball_grid(radius=5, margin=7)


def by_pyradiomics(grid, columns):
    pyradiomics()
    return extract(grid, columns, engine=Engine.PYRADIOMICS)


@needs_new_scipy
@pytest.mark.parametrize(("order", "degree"), CLOSED_FORMS)
def test_harmonics_equal_closed_forms(order, degree):
    expected = CLOSED_FORMS[order, degree](AZIMUTH, POLAR)
    np.testing.assert_allclose(sph_harm(order, degree, AZIMUTH, POLAR), expected, atol=1e-14)


def test_scipy_is_left_as_it_was():
    before = set(dir(scipy.special))
    with scipy_names_of_pyradiomics():
        assert scipy.special.sph_harm(0, 1, 0.3, 0.0) == pytest.approx(0.5 * np.sqrt(3 / np.pi))
    assert set(dir(scipy.special)) == before


def test_older_scipy_keeps_its_own(monkeypatch):
    def own(*args):
        return None

    monkeypatch.setattr(scipy.special, "sph_harm", own, raising=False)
    with scipy_names_of_pyradiomics():
        assert scipy.special.sph_harm is own
    assert scipy.special.sph_harm is own


def test_lbp3d_without_interpolation(grid, monkeypatch):
    expected = by_pyradiomics(grid, LBP_COLUMNS)
    monkeypatch.setitem(sys.modules, "scipy.ndimage.interpolation", None)
    assert by_pyradiomics(grid, LBP_COLUMNS) == expected


def test_missing_trimesh_is_named(grid, monkeypatch):
    monkeypatch.setitem(sys.modules, "trimesh", None)
    with pytest.raises(MissingPackageError, match="trimesh") as error:
        by_pyradiomics(grid, None)
    assert "[pyradiomics]" in error.value.remedy


def test_others_need_no_trimesh(grid, monkeypatch):
    monkeypatch.setitem(sys.modules, "trimesh", None)
    assert by_pyradiomics(grid, ["Tumor_original_firstorder_Mean"])
