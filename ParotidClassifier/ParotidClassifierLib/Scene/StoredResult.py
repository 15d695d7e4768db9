"""Reading the result that a scene holds, as that of a stranger: nothing is taken unchecked.

Names, texts, numbers and that they go together are checked. What a later version added is left
alone, and what an earlier one did not have may be missing.
"""

from datetime import datetime

from ParotidClassifierCore.base.strict_json import (
    MalformedError,
    as_count,
    as_items,
    as_number,
    as_numbers,
    as_object,
    as_probability,
    parsed,
    with_keys,
)
from ParotidClassifierCore.bundle.schema import MOST_COLUMNS, MOST_SCORES, read_column
from ParotidClassifierCore.imaging.findings import Severity
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT, outcome_word

_LONGEST = 20_000_000  # characters, of the result of a bundle with very many training cases
_LONGEST_TEXT = 10_000  # bytes
_MOST_FINDINGS = 200
_MOST_MODELS = 100

_BUNDLE = ("name", "hash", "banner", "training_cohort", "intended_use")
_SEVERITIES = {severity.value for severity in Severity}


def readResult(stored: str) -> dict:
    """Return the result in a text that ResultStore wrote.

    Raises:
        MalformedError: it is not such a text, or something in it is not what its name says.
    """
    if len(stored) > _LONGEST:
        raise MalformedError(f"it is longer than {_LONGEST} characters")
    try:
        result = _with(parsed(stored.encode()), ("prediction", "features", "fingerprint"), "it")
        _checkPlain(result)
    except (UnicodeEncodeError, RecursionError) as error:
        raise MalformedError(f"it is no text of a result ({error})") from error
    _checkTime(result.get("finishedAt"))
    _checkNumbers(as_object(result["features"], "features"))
    _checkTexts(as_object(result["fingerprint"], "fingerprint"))
    prediction = _checkPrediction(result["prediction"])
    if "stability" in result:
        _checkStability(result["stability"], prediction["models"])
    if "secondOpinion" in result:
        _checkOpinion(result["secondOpinion"], prediction["models"])
    return result


def _with(value, keys: tuple, where: str) -> dict:
    """Return an object that has these keys, and may have others."""
    return with_keys(value, keys, where, set(as_object(value, where)) - set(keys))


def _checkPlain(value) -> None:
    """Refuse, wherever it stands, a text that cannot be shown and a number that is not finite."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _checkPlain(item)
    elif isinstance(value, str):
        if len(value.encode()) > _LONGEST_TEXT:
            raise MalformedError(f"it holds a text of more than {_LONGEST_TEXT} bytes")
    elif not (value is None or isinstance(value, bool)):
        as_number(value, "it")


def _checkTime(value) -> None:
    _requireText(value, "finishedAt")
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise MalformedError(f"finishedAt is no time ({error})") from error


def _requireText(value, where: str) -> None:
    if not isinstance(value, str):
        raise MalformedError(f"{where} is not a text")


def _checkTexts(content: dict) -> None:
    for name, value in content.items():
        _requireText(value, name)


def _checkNumbers(content: dict) -> None:
    for name, value in content.items():
        if value is not None:
            as_number(value, name)


def _checkPrediction(value) -> dict:
    prediction = _with(value, ("bundle", "models", "findings"), "prediction")
    _checkBundle(prediction["bundle"])
    _checkModels(prediction["models"])
    if "headline" in prediction:
        _requireText(prediction["headline"], "headline")
        if prediction["headline"] not in prediction["models"]:
            raise MalformedError("headline is not the name of a model")
    _checkFindings(prediction["findings"])
    if "applicability" in prediction:
        _checkApplicability(prediction["applicability"], prediction["models"])
    return prediction


def _checkBundle(value) -> None:
    bundle = _with(value, _BUNDLE, "bundle")
    _checkTexts({name: bundle[name] for name in _BUNDLE})


def _checkFindings(value) -> None:
    for item in as_items(value, "findings", _MOST_FINDINGS):
        finding = _with(item, ("code", "severity", "message"), "a finding")
        _checkTexts(finding)
        if finding["severity"] not in _SEVERITIES:
            raise MalformedError(f"a finding has the severity {finding['severity']!r}")


def _checkModels(value) -> None:
    models = as_object(value, "models")
    if not 0 < len(models) <= _MOST_MODELS:
        raise MalformedError(f"it is a result of {len(models)} models")
    for name, model in models.items():
        if "unavailable" in as_object(model, name):
            _requireText(model["unavailable"], name)
        else:
            _checkModel(name, model)


def _checkModel(name: str, value: dict) -> None:
    keys = ("probability", "threshold", "call", "log_odds", "intercept", "contributions")
    model = _with(value, keys, name)
    probability = as_probability(model["probability"], f"probability of {name}")
    threshold = as_probability(model["threshold"], f"threshold of {name}")
    if model["call"] != outcome_word(probability >= threshold):
        raise MalformedError(f"call of {name} is not that of its probability")
    for number in (model["log_odds"], model["intercept"]):
        as_number(number, name)
    contributions = as_object(model["contributions"], f"contributions of {name}")
    as_items(list(contributions), f"contributions of {name}", MOST_COLUMNS)
    for column, number in contributions.items():
        as_number(number, read_column(column))
    _requireText(model.get("no_interval", ""), name)
    if "interval" in model:
        _checkInterval(model["interval"], f"interval of {name}")


def _checkInterval(value, where: str) -> None:
    ends = as_numbers(value, where, 2, as_probability)
    if len(ends) != 2 or ends[0] > ends[1]:
        raise MalformedError(f"{where} is not a lower and an upper bound")


def _checkApplicability(value, models: dict) -> None:
    place = _with(value, ("model", "score", "training_scores", "sentences"), "applicability")
    for sentence in as_items(place["sentences"], "sentences", _MOST_FINDINGS):
        _requireText(sentence, "sentences")
    scores = as_object(place["training_scores"], "training_scores")
    for outcome in scores:
        if outcome not in (BENIGN, MALIGNANT):
            raise MalformedError(f"training_scores are of {outcome!r}")
        as_numbers(scores[outcome], "training_scores", MOST_SCORES, as_probability)
    if scores:
        _requireAnswered(place["model"], models)
        as_probability(place["score"], "score")


def _requireAnswered(name, models: dict) -> None:
    if not isinstance(name, str) or "probability" not in models.get(name, {}):
        raise MalformedError(f"{name!r} is no model with a probability")


def _checkStability(value, models: dict) -> None:
    keys = ("probabilities", "call_flips", "unusable")
    stability = _with(value, keys, "stability")
    as_count(stability["unusable"], "unusable")
    answered = [name for name, model in models.items() if "probability" in model]
    probabilities = with_keys(stability["probabilities"], answered, "stability")
    flips = with_keys(stability["call_flips"], answered, "call_flips")
    for name in answered:
        where = f"stability of {name}"
        count = len(as_numbers(probabilities[name], where, MOST_SCORES, as_probability))
        if not 0 <= as_count(flips[name], "call_flips") <= count or not count:
            raise MalformedError(f"stability of {name} has {count} outlines")


def _checkOpinion(value, models: dict) -> None:
    opinion = _with(value, ("bundle", "models", "headline", "agreement"), "the second opinion")
    _checkBundle(opinion["bundle"])
    _checkModels(opinion["models"])
    _requireText(opinion["agreement"], "agreement")
    headline = as_items(opinion["headline"], "headline", 2)
    both = zip(headline, (models, opinion["models"]), strict=False)
    if len(headline) != 2 or not all(isinstance(n, str) and n in of for n, of in both):
        raise MalformedError("headline is not the name of two models")
