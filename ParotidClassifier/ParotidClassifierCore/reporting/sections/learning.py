"""How the models came about: reader agreement, selection, the network's training."""

from collections import Counter
from collections.abc import Callable
from itertools import compress

import numpy as np

from ...base.words import DASH, counted
from ...case.perturbation import ROTATION_DEG, VOLUME_CHANGE
from ...imaging.perturbation import DISPLACEMENT_MM, SHIFT_MM
from ...models.logistic import LogisticModel
from ...protocol import ColumnKind, ModelSpec, column_of
from ...statistics.intraclass import least_agreement
from ...statistics.results import Table
from ..figures import learning as figures
from ..parts import Drawing, Listing, Paragraph, Part, Points, Section
from ..study import Study, TrainingDetails
from ..words import number

# Weights of a signature that are shown: in models that read it alone, and with the network.
_SHOWN = {
    (ColumnKind.RADIOMIC,): "In RAD",
    (ColumnKind.RADIOMIC, ColumnKind.NETWORK): "In RAD+DL",
}


def agreement(study: Study) -> Section | None:
    """Return how well two readings agree; None without such comparisons."""
    training = study.training
    if training is None or not training.agreement:
        return None
    minimum = training.fitted.settings.selection.min_agreement
    unread = tuple(
        f"{comparison.source}, {case_id}: {reason}"
        for comparison in training.agreement
        for case_id, reason in comparison.failures.items()
    )
    parts = (
        Paragraph(
            "A radiomic column is kept only where readings of the same tumours give nearly the "
            f"same value: intraclass correlation above {minimum:g} in every comparison. Perturbed "
            "images stand in where there are too few second readings (after Zwanenburg et al. "
            "2019): noise as strong as the scan's own is added, the grid is moved by up to 1 mm "
            f"and turned by up to {ROTATION_DEG:g}°, and the outline is moved by up to "
            f"{SHIFT_MM:g} mm along every axis, its border by up to {DISPLACEMENT_MM:g} mm in or "
            f"out, smoothly along it, and its volume changed by up to {100 * VOLUME_CHANGE:.0f} %."
        ),
        Drawing(
            "agreement",
            figures.agreement_figure(training.agreement, minimum, study.banner),
            f"Distribution of the agreement over the columns. Blue: above {minimum:g}.",
            "Histograms of intraclass correlations",
        ),
        Listing("agreement", _comparisons(training, minimum)),
        Listing("agreement_by_image", _passing(training, minimum, "Image type", _image)),
        Listing(
            "agreement_by_class",
            _passing(training, minimum, "Feature class", lambda c: c.split("_")[2]),
        ),
        Listing("agreement_by_column", _by_column(training), on_page=False),
        *([Points(unread, "Readings that could not be used")] if unread else []),
    )
    return Section("agreement", "Reader agreement", parts)


def _comparisons(training: TrainingDetails, minimum: float) -> Table:
    rows = tuple(
        (
            comparison.source,
            comparison.coefficient,
            comparison.cases,
            len(comparison.values),
            int((comparison.values > minimum).sum()),
            number(float(np.nanmedian(comparison.values)), 2),
        )
        for comparison in training.agreement
    )
    columns = ("Comparison", "Coefficient", "Cases", "Columns", f"Above {minimum:g}", "Median")
    return Table("Comparisons", columns, rows)


def _image(column: str) -> str:
    """Return the image type without its parameters: wavelet, log-sigma, lbp."""
    image = column.split("_")[1]
    return next((kind for kind in ("wavelet", "log-sigma", "lbp") if image.startswith(kind)), image)


def _passing(
    training: TrainingDetails, minimum: float, header: str, group: Callable[[str], str]
) -> Table:
    """Return how many columns of each group and region are above `minimum` in all comparisons."""
    passes = least_agreement(training.agreement) > minimum
    cells = [(group(column), column.partition("_")[0]) for column in training.columns]
    total, kept = Counter(cells), Counter(compress(cells, passes))
    groups, regions = (tuple(dict.fromkeys(names)) for names in zip(*cells, strict=True))
    rows = tuple(
        (name, *(f"{kept[name, region]} of {total[name, region]}" for region in regions))
        for name in groups
    )
    return Table(f"Columns that pass, by {header.lower()}", (header, *regions), rows)


def _by_column(training: TrainingDetails) -> Table:
    headers = ("column", *(f"{c.source}, {c.coefficient}" for c in training.agreement))
    values = np.stack([comparison.values for comparison in training.agreement], axis=1)
    rows = tuple(
        (column, *(None if np.isnan(value) else float(value) for value in of_column))
        for column, of_column in zip(training.columns, values, strict=True)
    )
    return Table("Agreement of every column", headers, rows)


def selection(study: Study) -> Section | None:
    """Return how the signatures were found; None without radiomic models or training."""
    if study.training is None or not study.training.fitted.signatures:
        return None
    signatures = study.training.fitted.signatures
    colors = {name: _readers(study, name)[0].color for name in signatures}
    parts: list[Part] = [
        Drawing(
            "selection",
            figures.steps_figure(signatures, colors, study.banner),
            "Radiomic columns left after each step, on a logarithmic scale.",
            "Columns left after each step of the selection",
        ),
        Listing("selection", _remaining(study.training)),
        Drawing(
            "lasso",
            figures.lasso_figure(signatures, colors, study.banner),
            "Left: coefficients over the penalty, selected columns in blue. Right: squared error "
            "on the held-out folds, mean and standard error. Dashed: the penalty that was chosen.",
            "LASSO paths and cross-validated errors",
        ),
        Drawing(
            "selected",
            figures.coefficients_figure(signatures, study.banner),
            "Selected columns with their LASSO coefficients. Orange speaks for malignant, blue for "
            "benign.",
            "Coefficients of the selected columns",
        ),
        Listing("selected", _selected(study, study.training)),
    ]
    return Section("selection", "Selection of radiomic features", tuple(parts))


def _remaining(training: TrainingDetails) -> Table:
    signatures = training.fitted.signatures
    steps = figures.step_names(next(iter(signatures.values())))
    rows = tuple(
        (
            regions,
            *(signature.remaining[step] for step, _ in steps),
            f"{signature.path.alphas[signature.path.best]:.4g}",
            "yes" if signature.fell_back else "no",
        )
        for regions, signature in signatures.items()
    )
    headers = ("Signature", *(words for _, words in steps), "Penalty", "Fell back")
    note = "Fell back: LASSO left no column, and the one with the largest ANOVA F was taken."
    return Table("Columns left after each step", headers, rows, (note,))


def _selected(study: Study, training: TrainingDetails) -> Table:
    agreed = {}
    if training.agreement:
        agreed = dict(zip(training.columns, least_agreement(training.agreement), strict=True))
    rows = []
    for name, signature in training.fitted.signatures.items():
        readers = {spec.kinds: study.bundle.models.get(spec.name) for spec in _readers(study, name)}
        fitted = [readers.get(kinds) for kinds in _SHOWN]
        for column, coefficient in zip(signature.columns, signature.coefficients, strict=True):
            weights = (_weight(model, column) for model in fitted)
            icc = number(agreed.get(column), 3)
            rows.append((name, *_words_of(column), icc, number(coefficient), *weights))
    headers = (
        "Signature", "Region", "Image", "Class", "Feature", "Agreement", "LASSO", *_SHOWN.values()
    )  # fmt: skip
    note = (
        "Coefficients per standard deviation of the training cases; in RAD and RAD+DL in log-odds. "
        "Agreement: the smallest intraclass correlation of the comparisons."
    )
    return Table("Selected columns", headers, tuple(rows), (note,))


def _readers(study: Study, signature: str) -> list[ModelSpec]:
    """Return the models that read a signature, which is named by its model or by its regions."""
    models = study.protocol.models.values()
    return [spec for spec in models if signature in (spec.name, "+".join(spec.radiomics))]


def _words_of(column: str) -> tuple[str, str, str, str]:
    """Return region, image, class and feature."""
    kind, head, index = column_of(column)
    if kind is ColumnKind.DEEP:
        return head, "–", "deep", str(index)
    return tuple(column.split("_"))


def _weight(model: LogisticModel | None, column: str) -> str:
    if model is None or column not in model.columns:
        return DASH
    return number(model.coefficients[model.columns.index(column)])


def network(study: Study) -> Section | None:
    """Return how the network was trained; None without one."""
    training = study.training
    if training is None or not training.final_history:
        return None
    folds, history = counted(len(training.fold_histories), "fold"), _history(training)
    parts: list[Part] = [
        Paragraph(
            f"One network was trained without each of {folds}, for out-of-fold logits, and a final "
            f"one on all training cases for {training.epochs} epochs. {_choice(training)} Figures "
            "while training are of varied (augmented) cases with dropout, so they can lie below "
            "those of held-out cases."
        ),
        Drawing(
            "network",
            figures.network_figure(history, training.epochs, study.banner),
            "Loss (sum over the heads) and AUC by epoch; thin: single folds. Dashed line: "
            "epochs of the final network.",
            "Learning curves of the network",
        ),
    ]
    if training.candidate_losses:
        figure = figures.epochs_figure(training.candidate_losses, training.epochs, study.banner)
        caption = "Loss on held-out cases by number of epochs tried. Dashed: the number chosen."
        parts.append(Drawing("epochs", figure, caption, "Held-out loss by number of epochs"))
    parts.append(Listing("network_history", history, on_page=False))
    return Section("network", "Training of the network", tuple(parts))


def _choice(training: TrainingDetails) -> str:
    if not training.candidate_losses:
        return "The number of epochs was fixed beforehand."
    tried = ", ".join(map(str, sorted(training.candidate_losses)))
    return (
        f"Of {tried} epochs, that is the number with the smallest loss on the held-out cases of "
        "all folds."
    )


def _history(training: TrainingDetails) -> Table:
    models = tuple(training.final_history[0].auc)
    runs = {f"fold {i}": run for i, run in enumerate(training.fold_histories, start=1)}
    rows = tuple(
        (
            name,
            record.epoch,
            record.loss,
            record.held_out_loss,
            *(record.auc[model] for model in models),
            *((record.held_out_auc or {}).get(model) for model in models),
        )
        for name, run in (*runs.items(), ("final", training.final_history))
        for record in run
    )
    headers = ("network", "epoch", "loss", "held_out_loss", *models)
    return Table("Learning curves", (*headers, *(f"held_out:{model}" for model in models)), rows)
