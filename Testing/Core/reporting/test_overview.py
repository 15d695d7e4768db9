from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest
from fixtures.answers import in_domain, made_answer
from fixtures.bundles import made_bundle
from matplotlib.figure import Figure
from matplotlib.text import Text
from ParotidClassifierCore.imaging.findings import OTHER_BODY_PART, warning
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.reporting.case_view import Place
from ParotidClassifierCore.reporting.overview import save_overview
from ParotidClassifierCore.reporting.panels import numbers, planes


@pytest.fixture(scope="module")
def a_result():
    return made_answer(made_bundle(), {})


@pytest.fixture
def texts(monkeypatch):
    """Every text that a picture is given, with its boxes and those of the picture."""
    seen, draw = {}, Text.draw

    def measured(text, renderer):
        draw(text, renderer)
        page = text.get_figure().bbox.frozen()  # it follows the resolution
        seen.setdefault(text.get_text(), []).append((text.get_window_extent(renderer), page))

    monkeypatch.setattr(Text, "draw", measured)
    return seen


def saved(path, answered, **changes):
    save_overview(path, replace(answered, prediction=replace(answered.prediction, **changes)))


def test_the_picture_shows_both_outlines_in_three_planes(a_result, tmp_path, monkeypatch):
    cut = []
    monkeypatch.setattr(
        planes, "_outline", lambda axes, mask, region, look: cut.append((mask.sum(), region.name))
    )
    save_overview(tmp_path / "overview.png", a_result)
    assert len(cut) == 6
    assert all(voxels > 0 for voxels, _ in cut)
    assert {region for _, region in cut} == {"Tumor", "External2"}


def test_bundle_and_demonstration_stand_on_every_picture(a_result, tmp_path, texts):
    save_overview(tmp_path / "overview.png", a_result)
    everything = " ".join(texts)
    assert "made: demonstration, not for clinical use" in everything
    assert "trained on 20 simulated cases" in everything
    assert "not available" in everything  # Combined lacks the clinical findings here


def test_warnings_stand_under_the_probability_and_what_puts_it_in_doubt_above(
    a_result, tmp_path, texts
):
    told = (warning("noisy", "A noisy scan."), warning(OTHER_BODY_PART, "A leg."))
    saved(tmp_path / "overview.png", a_result, findings=told)
    assert not any("more warning" in text for text in texts)
    heights = {text: boxes[0][0].y0 for text, boxes in texts.items()}
    headline = next(height for text, height in heights.items() if "probability of mal" in text)
    assert heights["Warning: A noisy scan."] < headline < heights["Warning: A leg."]


@pytest.mark.parametrize(("number", "rest"), [(3, "1 more warning"), (5, "3 more warnings")])
def test_warnings_without_room_are_counted(a_result, tmp_path, texts, number, rest):
    told = tuple(warning("noisy", f"Noise {i}.") for i in range(number))
    saved(tmp_path / "overview.png", a_result, findings=told)
    assert {"Warning: Noise 0.", "Warning: Noise 1.", f"And {rest} in prediction.json."} <= {*texts}
    assert "Warning: Noise 2." not in texts


def test_of_a_case_outside_the_picture_says_why_and_no_number(a_result, tmp_path, texts):
    found = in_domain(a_result, DomainStatus.OUTSIDE, "slices 9 mm apart")
    save_overview(tmp_path / "overview.png", found)
    everything = " ".join(texts).replace("\n", " ")
    assert "No answer: this case is unlike the training cases." in everything
    assert "Slices 9 mm apart." in everything
    assert "--show-outside" in everything
    assert "%" not in everything


def test_the_patients_right_is_on_the_left_and_up_is_superior(a_result, tmp_path):
    grid = a_result.prepared.grid
    marked = grid.ct.copy()
    marked[:, :, : marked.shape[2] // 2] = -1000  # the patient's right turns black
    dark = replace(grid, ct=marked)
    turned = replace(a_result, prepared=replace(a_result.prepared, grid=dark))
    save_overview(tmp_path / "overview.png", turned)
    picture = matplotlib.image.imread(tmp_path / "overview.png")[..., :3].mean(axis=2)
    height, width = picture.shape
    axial = picture[int(0.3 * height) : int(0.5 * height), int(0.02 * width) : int(0.2 * width)]
    left, right = np.array_split(axial, 2, axis=1)
    assert left.mean() < right.mean()


def test_intervals_stand_beside_the_probabilities(a_result, tmp_path, texts):
    prediction = a_result.prediction
    name, result = prediction.headline
    save_overview(tmp_path / "without.png", a_result)
    assert "Probability, threshold (white)" in texts
    certain = {**prediction.models, name: replace(result, interval=(0.021, 0.974))}
    saved(tmp_path / "with.png", a_result, models=certain)
    assert "Probability, 95 % interval (band), threshold (white)" in texts
    assert any("95 % interval 2 % to 97 %" in text for text in texts)


def test_where_there_are_answers_their_limits_are_drawn_and_named(a_result, tmp_path, texts):
    name, result = a_result.prediction.headline
    told = replace(result, answer="indeterminate", answer_limits=(0.12, 0.5))
    saved(tmp_path / "told.png", a_result, models={**a_result.prediction.models, name: told})
    assert "Probability, limits of the answer (white)" in texts
    axes = Figure().add_subplot()
    numbers.draw_probabilities(axes, {name: told})
    upright = [line.get_xdata()[0] for line in axes.lines if len({*line.get_xdata()}) == 1]
    assert upright[-2:] == [0.12, 0.5]


def test_the_case_has_its_place_among_the_training_cases(a_result, tmp_path, texts):
    scores = {"benign": (0.05, 0.1, 0.2), "malignant": ()}
    placed = replace(a_result.prediction.applicability, training_scores=scores)
    saved(tmp_path / "overview.png", a_result, applicability=placed)
    assert {"this case", "3 benign", "0 malignant"} <= set(texts)
    together = " ".join(texts).replace("\n", " ")
    assert placed.place in together
    assert placed.domain.sentence in together


def test_training_cases_of_both_outcomes_have_one_scale():
    scores = {"benign": (0.1, 0.3, 0.5, 0.7), "malignant": (0.9, 0.9)}
    axes = Figure().add_subplot()
    numbers.draw_training_cases(axes, Place("Combined", 0.4, scores, ()))
    bars = [bar.get_height() for bar in axes.patches]
    assert (max(bars), min(bars)) == (1.0, -0.25)


def saliency_at(grid, place):
    marked = np.zeros(grid.ct.shape, np.float32)
    marked[place] = 1.0
    return grid.geometry.image(marked)


def test_where_the_network_looked_is_shown_through_its_strongest_place(
    a_result, tmp_path, texts, monkeypatch
):
    grid = a_result.prepared.grid
    shown = []
    color = planes._colored
    monkeypatch.setattr(planes, "_colored", lambda cut: (shown.append(cut), color(cut))[1])
    place = tuple(np.argwhere(grid.tumor)[0])
    save_overview(tmp_path / "with.png", replace(a_result, saliency=saliency_at(grid, place)))
    assert [cut.max() for cut in shown] == [1.0, 1.0, 1.0]
    assert any("not why" in text.replace("\n", " ") for text in texts)
    assert {"nothing", "most"} <= set(texts)
    save_overview(tmp_path / "without.png", a_result)
    heights = [matplotlib.image.imread(tmp_path / f"{n}.png").shape[0] for n in ("with", "without")]
    assert heights[0] > heights[1]
    assert len(shown) == 3


def test_a_network_that_saw_nothing_is_told(a_result, tmp_path, texts):
    grid = a_result.prepared.grid
    nothing = grid.geometry.image(np.zeros(grid.ct.shape, np.float32))
    save_overview(tmp_path / "overview.png", replace(a_result, saliency=nothing))
    assert any("Nothing in this case raised" in text for text in texts)


def test_colours_are_where_the_map_is_and_see_through_elsewhere():
    opacity = planes._colored(np.array([[0.0, 0.1, 0.4, 1.0]]))[0, :, 3]
    assert opacity[0] == 0.0
    assert opacity[0] < opacity[1] < opacity[2] == opacity[3] < 1.0


@pytest.mark.parametrize(
    "told",
    [
        (
            "Unlike the training cases: pixels of 0.977 mm, not 0.45 to 0.649 mm; slices 3.27 mm "
            "apart, not 5 mm; unusual brightness and texture of the ring, texture of the tumour."
        ),
        "WIDE " * 60,
    ],
)
def test_bold_lines_stay_in_the_picture(a_result, tmp_path, texts, told):
    saved(tmp_path / "o.png", a_result, findings=(warning(OTHER_BODY_PART, told),))
    assert told.split()[-1] in " ".join(texts)
    for text, box, page in ((text, *both) for text, boxes in texts.items() for both in boxes):
        assert box.x1 <= page.x1, text


@pytest.mark.parametrize("sentences", [1, 25])
def test_no_text_leaves_the_picture(a_result, tmp_path, texts, sentences):
    prediction = a_result.prediction
    name, result = prediction.headline
    wordy = replace(
        prediction,
        bundle={**prediction.bundle, "intended_use": "Not for patients. " * sentences},
        models={**prediction.models, name: replace(result, interval=(0.021, 0.974))},
    )
    grid = a_result.prepared.grid
    marked = saliency_at(grid, tuple(np.argwhere(grid.tumor)[0]))
    save_overview(tmp_path / "o.png", replace(a_result, prediction=wordy, saliency=marked))
    for text, box, page in ((text, *both) for text, boxes in texts.items() for both in boxes):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, text
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text
