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
from ParotidClassifierCore.models.answers import Limits
from ParotidClassifierCore.models.domain import SPACES, DomainStatus
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT, outcome_word

_LONGEST = 20_000_000  # characters, of the result of a bundle with very many training cases
_LONGEST_TEXT = 10_000  # bytes
_MOST_FINDINGS = 200
_MOST_MODELS = 100

_BUNDLE = ("name", "hash", "banner", "training_cohort", "intended_use")
_SEVERITIES = {severity.value for severity in Severity}
_STATUSES = {status.value for status in DomainStatus}
_OF_A_PROBABILITY = ("probability", "threshold", "call", "log_odds", "intercept", "contributions")
_MORE_OF_IT = ("interval", "no_interval", "answer", "answer_limits", "no_answer")


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
    _checkWords(prediction.get("words", {}))
    if "headline" in prediction:
        _requireText(prediction["headline"], "headline")
        if prediction["headline"] not in prediction["models"]:
            raise MalformedError("headline is not the name of a model")
    _checkFindings(prediction["findings"])
    _requireText(prediction.get("side", ""), "side")
    _checkTexts(as_object(prediction.get("software", {}), "software"))
    if "applicability" in prediction:
        _checkApplicability(prediction["applicability"], prediction["models"])
    return prediction


def _checkBundle(value) -> None:
    bundle = _with(value, _BUNDLE, "bundle")
    _checkTexts({name: bundle[name] for name in _BUNDLE})


def _checkWords(value) -> None:
    """Check what a protocol calls its models and their inputs; earlier versions did not keep it."""
    for of in ("models", "inputs"):
        _checkTexts(as_object(as_object(value, "words").get(of, {}), f"words of {of}"))


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
            if model.keys() & {*_OF_A_PROBABILITY, *_MORE_OF_IT}:
                raise MalformedError(f"{name} is unavailable and gives a probability")
        else:
            _checkModel(name, model)


def _checkModel(name: str, value: dict) -> None:
    model = _with(value, _OF_A_PROBABILITY, name)
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
    for reason in ("no_interval", "no_answer"):
        _requireText(model.get(reason, ""), name)
    if "interval" in model:
        _asBounds(model["interval"], f"interval of {name}")
    if model.keys() & {"answer", "answer_limits"}:
        where = f"answer of {name}"
        _with(model, ("answer", "answer_limits"), where)
        if model["answer"] != Limits(*_asBounds(model["answer_limits"], where)).answer(probability):
            raise MalformedError(f"{where} is not that of its probability")


def _asBounds(value, where: str) -> tuple:
    ends = as_numbers(value, where, 2, as_probability)
    if len(ends) != 2 or ends[0] > ends[1]:
        raise MalformedError(f"{where} is not a lower and an upper bound")
    return ends


def _checkApplicability(value, models: dict) -> None:
    place = _with(value, ("model", "score", "training_scores", "sentences"), "applicability")
    _checkDomain(place)
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


def _checkDomain(applicability: dict) -> None:
    """Check where a case lies among the training cases; earlier versions did not say it."""
    if "domain" not in applicability:
        return
    keys = ("status", "reasons", "cases", "as_far", "ratios")
    domain = _with(applicability["domain"], keys, "domain")
    _requireText(domain["status"], "domain")
    if domain["status"] not in _STATUSES:
        raise MalformedError(f"the domain has the status {domain['status']!r}")
    for reason in as_items(domain["reasons"], "reasons", _MOST_FINDINGS):
        _requireText(reason, "reasons")
    cases, ratios = as_count(domain["cases"], "cases"), as_object(domain["ratios"], "ratios")
    for space, ratio in ratios.items():
        if space not in SPACES or as_number(ratio, space) < 0:
            raise MalformedError(f"the domain has the ratio {ratio!r} of {space!r}")
    isKnown = domain["status"] != DomainStatus.UNKNOWN.value
    asFar = as_count(domain["as_far"], "as_far")
    if isKnown != bool(cases) or asFar > cases or (ratios and not cases):
        raise MalformedError(f"the domain is of {cases} training cases")


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
        some = as_count(flips[name], "call_flips"), as_count(stability.get("outside", 0), "outside")
        if max(some) > count or not count:
            raise MalformedError(f"stability of {name} has {count} outlines")


def _checkOpinion(value, models: dict) -> None:
    opinion = _with(value, ("bundle", "models", "headline", "agreement"), "the second opinion")
    _checkBundle(opinion["bundle"])
    _checkModels(opinion["models"])
    _checkWords(opinion.get("words", {}))
    _requireText(opinion["agreement"], "agreement")
    _checkDomain(as_object(opinion.get("applicability", {}), "applicability"))
    headline = as_items(opinion["headline"], "headline", 2)
    both = zip(headline, (models, opinion["models"]), strict=False)
    if len(headline) != 2 or not all(isinstance(n, str) and n in of for n, of in both):
        raise MalformedError("headline is not the name of two models")
