from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest
from made_bundles import made_bundle
from made_cases import ball_case
from ParotidClassifierCore.case.findings import warning
from ParotidClassifierCore.clinical import ClinicalRecord
from ParotidClassifierCore.predict import predict
from ParotidClassifierCore.report import overview
from ParotidClassifierCore.report.overview import save_overview


@pytest.fixture(scope="module")
def a_result(tmp_path_factory):
    return predict(ball_case(8.0), made_bundle(tmp_path_factory.mktemp("bundle")))


@pytest.fixture
def texts(monkeypatch):
    """Every text that a picture is given."""
    from matplotlib.text import Text

    seen = []
    draw = Text.draw
    monkeypatch.setattr(
        Text, "draw", lambda t, *a, **k: (seen.append(t.get_text()), draw(t, *a, **k))
    )
    return seen


def test_the_picture_shows_both_outlines_in_three_planes(a_result, tmp_path, monkeypatch):
    prepared, prediction = a_result
    cut = []
    monkeypatch.setattr(
        overview, "_outline", lambda axes, mask, color: cut.append((mask.sum(), color))
    )
    save_overview(tmp_path / "overview.png", prepared.grid, prediction)
    assert len(cut) == 6
    assert all(voxels > 0 for voxels, _ in cut)
    assert len({color for _, color in cut}) == 2


def test_bundle_and_demonstration_stand_on_every_picture(a_result, tmp_path, texts):
    prepared, prediction = a_result
    save_overview(tmp_path / "overview.png", prepared.grid, prediction)
    everything = " ".join(texts)
    assert "made: demonstration, not for clinical use" in everything
    assert "trained on 20 simulated cases" in everything
    assert "not available" in everything  # Combined lacks the clinical findings here


def test_warnings_stand_in_the_picture(a_result, tmp_path, texts):
    prepared, prediction = a_result
    warned = replace(prediction, findings=(warning("noisy", "A noisy scan."),))
    save_overview(tmp_path / "overview.png", prepared.grid, warned)
    assert "Warning: A noisy scan." in texts


def test_the_headline_is_combined_where_there_is_one(tmp_path, texts, tmp_path_factory):
    case = ball_case(8.0)
    record = ClinicalRecord.from_words(
        {"symptoms": "with", "margin": "clear", "lymph_nodes": "without"}
    )
    prepared, prediction = predict(
        type(case)(case.ct, case.tumor, record=record), made_bundle(tmp_path_factory.mktemp("b"))
    )
    assert prediction.headline[0] == "Combined"
    save_overview(tmp_path / "overview.png", prepared.grid, prediction)
    assert any(text.startswith("Combined: ") for text in texts)


def test_the_patients_right_is_on_the_left_and_up_is_superior(a_result, tmp_path):
    prepared, prediction = a_result
    grid = prepared.grid
    marked = grid.ct.copy()
    marked[:, :, : marked.shape[2] // 2] = -1000  # the patient's right turns black
    dark = type(grid)(marked, grid.tumor, grid.ring, grid.geometry)
    save_overview(tmp_path / "overview.png", dark, prediction)
    picture = matplotlib.image.imread(tmp_path / "overview.png")[..., :3].mean(axis=2)
    height, width = picture.shape
    axial = picture[int(0.3 * height) : int(0.5 * height), int(0.02 * width) : int(0.2 * width)]
    left, right = np.array_split(axial, 2, axis=1)
    assert left.mean() < right.mean()
