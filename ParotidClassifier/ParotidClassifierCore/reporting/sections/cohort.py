"""Who the cases are: their flow, the baseline table and the clinical associations."""

from ...base.words import DASH, p_value
from ...protocol import Protocol
from ...statistics.results import CaseFlow, OddsRatio, Table
from ..figures.boxes import flow_figure
from ..figures.clinical import odds_ratio_figure
from ..parts import Drawing, Listing, Paragraph, Part, Points, Section
from ..study import Study
from ..words import NOT_FOUND, number, ratio_with_interval


def flow(study: Study) -> Section:
    """Return the flow of the cases, with every case that was left out."""
    cases = study.evaluation.flow
    parts: list[Part] = [
        Drawing(
            "flow",
            flow_figure(cases, study.protocol, study.banner),
            "From the rows of the cohort table to the cases that were used.",
            f"{cases.listed} rows, {len(cases.unusable)} left out, {sum(cases.training)} training "
            f"and {sum(cases.test)} test cases",
        ),
        Listing("cases", _counts(cases)),
    ]
    if cases.unusable:
        table = Table("Cases left out", ("Case", "Reason"), tuple(cases.unusable.items()))
        parts.append(Listing("left_out", table))
    return Section("flow", "Flow of the cases", tuple(parts))


def _counts(cases: CaseFlow) -> Table:
    rows = []
    for which, name in enumerate(("training", "test")):
        benign, malignant = getattr(cases, name)
        total = benign + malignant
        share, lacking = (
            number(malignant / total if total else None, 2),
            cases.clinically_incomplete,
        )
        rows.append((name, total, benign, malignant, share, lacking[which]))
    columns = ("Set", "Cases", "Benign", "Malignant", "Share malignant", "Lack a clinical finding")
    return Table("Cases by set and outcome", columns, tuple(rows))


def baseline(study: Study) -> Section | None:
    """Return the baseline table; None without two sets to compare."""
    if study.evaluation.baseline is None:
        return None
    return Section("baseline", "Baseline", (Listing("baseline", study.evaluation.baseline),))


def odds_ratios(study: Study) -> Section | None:
    """Return the clinical associations with the outcome; None where there are none."""
    associations = study.evaluation.associations
    if associations is None or not associations.univariate:
        return None
    # `evaluate` takes the training cases, or without any the test cases.
    learnt_from = "test" if study.evaluation.training is None else "training"
    parts: list[Part] = [
        Paragraph(
            f"Odds ratios for malignancy on the {learnt_from} cases. Where a level occurs "
            "in one outcome alone (separation), the usual estimate runs to infinity and is not "
            "shown; Firth's penalised likelihood still gives one, with a wide interval. Variables "
            f"with a penalised P below {associations.entry_p:g} alone entered the analysis of all "
            "together."
        ),
        Drawing(
            "odds_ratios",
            odds_ratio_figure(associations, study.protocol, study.banner),
            "Penalised odds ratios with profile likelihood intervals. Orange: the variable "
            "separates the outcomes. An arrow marks an interval that runs out of the figure; an "
            "end that was not found is not drawn.",
            "Forest plot of odds ratios",
        ),
    ]
    for kind, title, notes in (
        ("univariate", "Each variable alone", associations.notes),
        ("multivariable", "Variables together", associations.notes_together),
    ):
        if ratios := getattr(associations, kind):
            parts.append(Listing(f"odds_ratios_{kind}", _ratios(title, study.protocol, ratios)))
        if notes:
            parts.append(Points(notes, f"{title}: notes"))
    return Section("odds-ratios", "Clinical findings and outcome", tuple(parts))


def _ratios(title: str, protocol: Protocol, ratios: tuple[OddsRatio, ...]) -> Table:
    columns = (
        "Variable", "Level", "Against", "Cases", "Odds ratio (95 % CI)", "P",
        "Penalised (95 % CI)", "Penalised P", "Separates",
    )  # fmt: skip
    rows = tuple(
        (
            protocol.clinical[ratio.variable].short,
            ratio.level,
            ratio.reference,
            ratio.cases,
            ratio_with_interval(ratio.odds_ratio),
            p_value(ratio.p),
            ratio_with_interval(ratio.penalised, NOT_FOUND),
            p_value(ratio.penalised_p),
            "yes" if ratio.separated else "no",
        )
        for ratio in ratios
    )
    notes = [f"{DASH}: not defined, because the levels separate the outcomes."]
    if any(NOT_FOUND in row[6] for row in rows):
        notes.append(f"{NOT_FOUND}: the penalised likelihood was searched for it without success.")
    return Table(title, columns, rows, tuple(notes))
