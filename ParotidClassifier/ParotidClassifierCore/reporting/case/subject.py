"""What the report of a case is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...bundle.bundle import Bundle
from ...models.probabilities import ModelResult
from ...models.scatter import image_columns
from ...prediction.predict import Prediction
from ...protocol.names import CLINICAL, COMBINED, COMBINED_SOURCE, source_model
from ..answering import Answer
from .labels import ReportLabels


@dataclass(frozen=True)
class Subject:
    """One case, what was found out about it, and what the report says of its own making."""

    answered: Answer
    labels: ReportLabels

    @property
    def prediction(self) -> Prediction:
        """What the models say."""
        return self.answered.prediction

    @property
    def bundle(self) -> Bundle:
        """The models."""
        return self.answered.bundle

    @property
    def headline(self) -> tuple[str, ModelResult]:
        """The model to show first."""
        return self.prediction.headline

    @property
    def available(self) -> Mapping[str, ModelResult]:
        """The models that gave a probability."""
        models = self.prediction.models
        return {name: r for name, r in models.items() if r.probability is not None}

    @property
    def image_model(self) -> str | None:
        """The image model behind the headline, or it itself; None where none reads the image."""
        name, _ = self.headline
        name = COMBINED_SOURCE if name == COMBINED else name
        return name if name in self.available and image_columns(self.bundle.models[name]) else None

    @property
    def nomogram_model(self) -> str | None:
        """The model with clinical inputs to draw as a nomogram; None where none is available."""
        return next((name for name in (COMBINED, CLINICAL) if name in self.available), None)

    @property
    def values(self) -> dict[str, float]:
        """The value of every column that a model read, log-odds of other models included."""
        known = {c: value for c, value in self.prediction.features.items() if value is not None}
        columns = {c for name in self.available for c in self.bundle.models[name].columns}
        sources = {column: source_model(column) for column in columns}
        return known | {
            column: self.available[source].log_odds for column, source in sources.items() if source
        }
