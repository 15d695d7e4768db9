"""A second opinion: what the models of another bundle say of the same case."""

from dataclasses import dataclass

from ..base.errors import UsageError
from ..bundle.bundle import Bundle
from ..models.probabilities import percent
from ..protocol.outcome import MALIGNANT
from .predict import Prediction, compared


@dataclass(frozen=True)
class SecondOpinion:
    """Two bundles on one case."""

    first: Prediction
    second: Prediction

    @property
    def agreement(self) -> str:
        """One sentence: whether the models that stand first say the same.

        A call at a threshold is no answer: it tells nothing of how often it is wrong.
        """
        (_, one), (_, other) = self.first.headline, self.second.headline
        for of, result in ((self.first, one), (self.second, other)):
            if result.probability is None:
                return f"{_name(of)} gives no probability: {result.unavailable}."
            if of.is_outside:
                return f"Nothing to compare: this case is unlike the training cases of {_name(of)}."
        if (one.answer is None) != (other.answer is None):
            return (
                f"There are not two answers to compare: {_told(self.first)}; {_told(self.second)}."
            )
        if one.verdict != other.verdict:
            return f"The two disagree: {_said(self.first)}, {_said(self.second)}."
        if one.answer is None:
            return f"Both call it {one.verdict}, each at its own threshold."
        return f"Both say the same: {one.verdict}."

    @property
    def other_calls(self) -> tuple[str, ...]:
        """The models that both bundles have a probability of, and that say something else."""
        second = {name: result.verdict for name, result in self.second.models.items()}
        return tuple(
            name
            for name, result in self.first.models.items()
            if len({result.verdict, second.get(name)} | {None}) == 3
        )

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values; the models of the first bundle stand in its prediction."""
        return {
            "bundle": self.second.bundle,
            "headline": [self.first.headline[0], self.second.headline[0]],
            "agreement": self.agreement,
            "other_calls": list(self.other_calls),
            **compared(self.second),
        }


def require_another(first_hash: object, other: Bundle) -> None:
    """Raise UsageError where `other` is the bundle with the hash `first_hash`."""
    if other.bundle_hash == first_hash:
        raise UsageError(
            f"The second bundle, {other.name}, is the first one: it would say the same.",
            "Name another bundle with --second-bundle.",
        )


def _said(prediction: Prediction) -> str:
    name, result = prediction.headline
    says = "calls it" if result.answer is None else "says"
    return f"{_who(prediction, name)} {says} {result.verdict}"


def _told(prediction: Prediction) -> str:
    name, result = prediction.headline
    if result.answer is not None:
        return _said(prediction)
    side = "above" if result.call == MALIGNANT else "below"
    return (
        f"{_who(prediction, name)} has no answer but a probability of "
        f"{percent(result.probability)}, {side} its threshold of {percent(result.threshold)}"
    )


def _who(prediction: Prediction, model: str) -> str:
    return f"{_name(prediction)} ({prediction.protocol.plain(model)})"


def _name(prediction: Prediction) -> str:
    return str(prediction.bundle["name"])
