import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fixtures.studies import made_evaluation, made_models, made_predictions, made_study
from fixtures.undrawn import draw_coarsely
from matplotlib.text import Text
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.figures import canvas
from ParotidClassifierCore.reporting.parts import Drawing, Listing
from ParotidClassifierCore.reporting.sections import sections_of
from ParotidClassifierCore.reporting.sections.steadiness import steadiness
from ParotidClassifierCore.statistics.results import Estimate, Steadiness
from ParotidClassifierCore.study.evaluate import evaluate


def evaluated(probabilities, outcomes=None):
    """The made predictions with other probabilities or outcomes, evaluated again."""
    made = made_predictions()
    changed = replace(
        made,
        probabilities={**made.probabilities, **probabilities},
        log_odds={**made.log_odds, **probabilities},
        malignant=made.malignant if outcomes is None else outcomes,
        out_of_fold={},
    )
    models = {n: m for n, m in made_models().items() if n not in probabilities}
    flow = made_evaluation().flow
    return evaluate(changed, flow, models, shen2026(), 5)


def part(study, anchor, kind, name=None):
    with canvas.one_style():
        section = next(s for s in sections_of(study) if s.anchor == anchor)
    return next(p for p in section.parts if isinstance(p, kind) and name in (None, p.name))


def require_drawable(sections):
    """Draw every figure, coarsely: what it cannot show fails here."""
    for drawing in (p for s in sections for p in s.parts if isinstance(p, Drawing)):
        draw_coarsely(drawing.figure, io.BytesIO())


def test_a_study_of_patients_is_not_called_a_simulation():
    study = made_study(simulated=False)
    assert study.banner == "made-study: for research, not a medical device"
    with canvas.one_style():
        text = str([section.parts for section in sections_of(study)])
    assert "simulated" not in text


def test_of_models_of_patients_the_cases_alone_are_called_simulated():
    study = replace(made_study(), bundle=made_study(simulated=False).bundle)
    assert study.banner.endswith("not a medical device; tested on simulated CT")
    assert "demonstration" not in study.banner


def test_the_same_study_gives_the_same_figures_and_page(tmp_path):
    study = made_study(trained=False, evaluation=replace(made_evaluation(), test=None))
    drawn = []
    for _ in range(2):
        with canvas.one_style():
            drawing = part(study, "flow", Drawing)
            canvas.settle(drawing.figure)
            canvas.save_print(drawing.figure, tmp_path / "flow")
            svg = canvas.svg_bytes(drawing.figure)
        drawn.append([svg, *(Path(f"{tmp_path}/flow.{e}").read_bytes() for e in ("png", "pdf"))])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("empty", [{}, {"training": (0, 0)}, {"test": (0, 0)}])
def test_a_set_without_cases_has_no_box(empty):
    flow = replace(made_evaluation().flow, **empty)
    study = made_study(evaluation=replace(made_evaluation(), flow=flow))
    texts = [text.get_text() for text in part(study, "flow", Drawing).figure.findobj(Text)]
    boxes = {text.partition(":")[0] for text in texts if "n = " in text}
    assert boxes & {"Training", "Test"} == {"Training", "Test"} - {n.capitalize() for n in empty}
    assert not any("n = 0\n" in text for text in texts)


def test_drawing_leaves_the_users_own_style_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with canvas.one_style():
        canvas.new_figure(3, 2, "x")
    assert dict(mpl.rcParams) == before


def test_a_figure_that_is_not_defined_is_a_dash_with_its_reason():
    test = made_evaluation().test
    none = Estimate(None)
    undefined = {
        "ppv": none, "calibration_slope": none, "slope_absent": "too few",
        "p_against_combined": None,
    }  # fmt: skip
    blank = replace(test.models["Clinical"], **undefined)
    test = replace(test, models=test.models | {"Clinical": blank})
    study = made_study(evaluation=replace(made_evaluation(), test=test))
    tables = (
        part(study, "performance", Listing, name).table.rows
        for name in ("performance_test", "calibration_test")
    )
    figures, calibration = ({row[0]: row for row in rows}["Clinical"] for rows in tables)
    assert (figures[3], figures[7], calibration[5]) == ("–", "–", "not estimable: too few")
    with canvas.one_style():
        section = next(s for s in sections_of(study) if s.anchor == "performance")
    assert "Clinical: no case was called malignant, so PPV is not defined." in str(section.parts)
    assert "Clinical: the calibration slope is not estimable: too few." in str(section.parts)
    assert "Clinical: P is not defined" in str(section.parts)


def test_published_figures_stand_beside_those_of_the_same_protocol():
    study = made_study()
    table = part(study, "performance", Listing, "published").table
    rows = {row[0]: row for row in table.rows}
    assert rows["Combined"][2:] == ("0.913 (0.842, 0.966)", "0.842", "0.749")
    assert rows["Tumor_DL"][2:] == ("0.806 (0.707, 0.893)", "–", "–")
    assert "second hospital" in table.columns[-1]
    assert "0.749 in 53 patients" in table.notes[0]
    other = replace(study.bundle, protocol=replace(shen2026(), title="Another ring"))
    with canvas.one_style():
        sections = sections_of(replace(study, bundle=other))
    assert "Shen 2024" not in str(next(s for s in sections if s.anchor == "performance").parts)


def test_a_bound_that_was_not_found_is_said_to_be():
    found = made_evaluation().associations
    first, *rest = found.univariate
    lost = replace(first, penalised=replace(first.penalised, high=None))
    found = replace(found, univariate=(lost, *rest))
    study = made_study(evaluation=replace(made_evaluation(), associations=found))
    table = part(study, "odds-ratios", Listing, "odds_ratios_univariate").table
    assert table.rows[0][6].endswith(", not found)")
    assert any(note.startswith("not found: ") for note in table.notes)
    assert not any("not found" in row[6] for row in table.rows[1:])


def test_without_test_cases_the_out_of_fold_figures_stand_first():
    study = made_study(evaluation=replace(made_evaluation(), test=None))
    assert study.main is study.evaluation.out_of_fold
    with canvas.one_style():
        summary = str(sections_of(study)[0].parts)
    assert "There were no test cases" in summary
    assert "249 cases" not in summary or "248 cases" in summary


def test_without_any_clinical_finding_another_model_stands_first():
    blank = {name: np.full(357, np.nan) for name in ("Clinical", "Combined")}
    study = made_study(evaluation=evaluated(blank))
    assert study.headline.name == "Tumor+External2_RAD+DL"
    with canvas.one_style():
        sections = sections_of(study)
        require_drawable(sections)
    assert "Clinical, Combined: no case has a probability" in str(sections)


def test_cases_of_one_outcome_give_a_report_without_an_auc():
    study = made_study(trained=False, evaluation=evaluated({}, outcomes=np.zeros(357, bool)))
    with canvas.one_style():
        sections = sections_of(study)
        require_drawable(sections)
    assert "all have one outcome" in str(sections[0].parts)


def test_deep_features_selected_with_radiomic_ones_are_shown():
    study = made_study()
    signature = study.training.fitted.signatures["Tumor"]
    deep = replace(signature, columns=("deep:Tumor_DL:3", *signature.columns[1:]))
    signatures = {**study.training.fitted.signatures, "Tumor_RAD+DL": deep}
    fitted = replace(study.training.fitted, signatures=signatures)
    study = replace(study, training=replace(study.training, fitted=fitted))
    rows = part(study, "selection", Listing, "selected").table.rows
    (row,) = (row for row in rows if row[3] == "deep")
    assert row[:5] == ("Tumor_RAD+DL", "Tumor_DL", "–", "deep", "3")


def steady(**moved):
    """The section where log-odds moved so far with one change, of two cases drawn twice each."""
    of_noise = {name: np.array(values) for name, values in moved.items()}
    still = {name: np.zeros(4) for name in moved}
    by_change = {"origin": still, "noise": of_noise} if moved else {}
    cases, failures = (2, {}) if moved else (0, {"case7": "The Tumor outline is empty."})
    found = Steadiness(cases, 2, by_change, failures)
    with canvas.one_style():
        return steadiness(made_study(trained=False, steadiness=found))


def test_steadiness_of_the_model_shown_first_stands_on_the_page():
    section = steady(Clinical=[0.0] * 4, Combined=[0.0, 0.2, 0.2, np.log(3)])
    done, shown, meaning, drawing, every = section.parts
    assert "was classified as it is and 4 times more" in done.text
    assert shown.table.title == "How far Combined moves"
    high = np.percentile([0.0, 0.2, 0.2, np.log(3)], 95)
    assert shown.table.rows == (
        ("origin", "0.000", "0.000", "50 %", "50 %", 2),
        ("noise", "0.200", f"{high:.3f}", "45 % or 55 %", "28 % or 72 %", 2),
    )
    assert "stay between 28 % and 72 %" in meaning.text
    assert not every.on_page
    assert every.table.rows[-1] == ("noise", "Combined", 0.2, high, 2)
    require_drawable([section])
    (panel,) = drawing.figure.axes
    assert panel.get_title(loc="left") == "noise"


def test_what_moves_nothing_is_said_and_not_drawn():
    section = steady(Combined=[0.0] * 4)
    assert "none of these changes moves Combined" in section.parts[2].text
    assert not [each for each in section.parts if isinstance(each, Drawing)]


def test_cases_that_could_not_be_changed_are_told():
    (only,) = steady().parts
    assert only.text == (
        "No test case could be classified again. case7: The Tumor outline is empty."
    )
    assert steadiness(made_study(trained=False)) is None
