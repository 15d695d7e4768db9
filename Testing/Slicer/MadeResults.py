"""Results as the background process would give them, made by hand, and a program in its place."""

import json
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from ParotidClassifierCore.bundle.shipped import find_bundle
from ParotidClassifierCore.bundle.store import summarize_bundle
from ParotidClassifierCore.models.answers import Limits
from ParotidClassifierCore.models.domain import (
    FINDING_CODES,
    OLDER_BUNDLE,
    DomainResult,
    DomainStatus,
)
from ParotidClassifierCore.models.probabilities import NOT_HELD
from ParotidClassifierCore.protocol import network_column, shen2026
from ParotidClassifierLib.Background.Worker import Worker
from ParotidClassifierLib.Background.WorkerProcess import pythonExecutable

FINISHED_AT = "2026-03-01T10:20:30+01:00"

_PROGRAM = """
import json, sys, time
def tell(**event):
    print(json.dumps(event), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    identity = request["id"]
    {answer}
"""

_RADIOMIC = (
    "Tumor_original_shape_Sphericity",
    "Tumor_wavelet-LHL_firstorder_Median",
    "Tumor_lbp-3D-k_firstorder_10Percentile",
    "Tumor_gradient_glcm_MaximumProbability",
    "Tumor_log-sigma-3-0-mm-3D_glszm_GrayLevelNonUniformityNormalized",
    "Tumor_squareroot_glcm_InverseVariance",
    "Tumor_square_firstorder_Median",
    "External2_original_firstorder_90Percentile",
    "External2_wavelet-HLL_glszm_LargeAreaEmphasis",
    "External2_logarithm_glrlm_ShortRunHighGrayLevelEmphasis",
    "External2_log-sigma-3-0-mm-3D_glcm_Imc1",
    "External2_square_ngtdm_Busyness",
    "External2_lbp-3D-m2_firstorder_RootMeanSquared",
    "External2_gradient_gldm_DependenceVariance",
)


def madeModel(probability, threshold, contributions, intercept=-1.5):
    """Return one model's entry in prediction.json."""
    return {
        "probability": probability,
        "interval": [round(0.85 * probability, 4), round(0.8 * probability + 0.2, 4)],
        "threshold": threshold,
        "call": "malignant" if probability >= threshold else "benign",
        "log_odds": intercept + sum(contributions.values()),
        "intercept": intercept,
        "contributions": contributions,
    }


_FOUND = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"}


def madePrediction(clinical=True, probability=0.82):
    """Return the content of a prediction.json; without clinical findings, Combined has none."""
    source = "Tumor+External2_RAD+DL"
    radiomic = {
        column: round(0.9 * 0.75**index, 4) * (-1) ** (index % 3)
        for index, column in enumerate(_RADIOMIC)
    }
    models = {name: madeModel(0.41, 0.28, dict(radiomic)) for name in shen2026().models}
    models["Tumor_DL"] = madeModel(0.2, 0.24, {network_column("Tumor_DL"): 0.11})
    image = {**radiomic, network_column("Tumor+External2_DL"): 0.1278}
    models[source] = madeModel(0.56, 0.16, image)
    findings = {"symptoms": 1.2, "margin_unclear": 0.9, "enlarged_lymph_nodes": -0.31}
    models["Clinical"] = madeModel(0.7, 0.26, findings)
    chained = {column: round(0.7 * added, 4) for column, added in image.items()}
    models["Combined"] = madeModel(probability, 0.31, {**chained, **findings})
    lacking = []
    if not clinical:
        message = "There is no Combined probability: symptoms and margin are unknown."
        lacking = [{"code": "no_combined", "severity": "info", "message": message}]
        models["Clinical"] = {"unavailable": "symptoms and margin are unknown"}
        models["Combined"] = {"unavailable": "symptoms and margin are unknown"}
    return {
        "bundle": {
            "name": "simulated-demo",
            "hash": "9f3f5e3adec6acabc0f43dffd664f9989c351ae5c2880f89754764485711f56e",
            "kind": "demonstration",
            "protocol": "cross-fitted",
            "banner": "simulated-demo: demonstration, not for clinical use",
            "training_cohort": "trained on 249 simulated cases",
            "intended_use": "Shows how the method works. Not for patients: the cases it learnt "
            "from are simulated.",
        },
        "models": models,
        "applicability": madeApplicability("Combined" if clinical else source, models),
        "findings": [
            {
                "code": "demonstration_bundle",
                "severity": "warning",
                "message": "simulated-demo: demonstration, not for clinical use.",
            },
            {"code": "small_ring", "severity": "info", "message": "A ring of 2.4 ml <is> small."},
            *lacking,
        ],
        "inputs": {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"},
        "ring": {"volume_mm3": 2404.0, "tumor_volume_mm3": 2595.0, "removed_by_hu_fraction": 0.0},
        "timings_s": {"total": 5.45},
        "software": {"ParotidClassifierCore": "0.1.0", "radiomics engine": "built-in 1"},
        "words": {
            "models": {name: shen2026().plain(name) for name in models},
            "inputs": shen2026().phrases(_FOUND) if clinical else {},
        },
    }


def madeApplicability(name, models):
    """Return the place of the case among 166 benign and 83 malignant training cases."""
    random = np.random.default_rng(1)
    scores = {
        "benign": np.sort(random.beta(1.2, 6.0, 166)).round(3).tolist(),
        "malignant": np.sort(random.beta(4.0, 1.6, 83)).round(3).tolist(),
    }
    return {
        "model": name,
        "score": models[name].get("probability"),
        "training_scores": scores,
        "higher_than": {"benign": 0.99, "malignant": 0.6},
        "domain": DomainResult(
            DomainStatus.INSIDE, cases=249, as_far=92, ratios={"voxels": 0.6, "features": 0.8}
        ).as_dict(),
        "voxel_mm": {"pixel": 0.5, "slice": 1.0},
        "training_voxel_mm": {"pixel": [0.4, 0.6], "slice": [0.6, 2.0]},
        "sentences": [
            f"{name}'s probability is higher than that of 60% of the malignant training cases."
        ],
    }


def withAnswers(prediction, limits=(0.12, 0.5)):
    """Return the prediction as of a bundle whose models all have these limits of their answers."""
    models = {
        name: model
        if "unavailable" in model
        else {
            **model,
            "answer": Limits(*limits).answer(model["probability"]),
            "answer_limits": list(limits),
        }
        for name, model in prediction["models"].items()
    }
    return {**prediction, "models": models}


def inDomain(prediction, status, reason="unusual texture of the tumour"):
    """Return the prediction as of a case at the edge of the training cases, or unlike them."""
    asFar = {DomainStatus.BORDERLINE: 15, DomainStatus.OUTSIDE: 0}[status]
    ratios = {"voxels": 0.8, "features": 1.2 if asFar else 7.4}
    domain = DomainResult(status, (reason,), 249, asFar, ratios)
    finding = {"code": FINDING_CODES[status], "severity": "warning", "message": domain.sentence}
    place = {**prediction["applicability"], "domain": domain.as_dict()}
    findings = [*prediction["findings"], finding]
    return {**prediction, "applicability": place, "findings": findings}


def withoutModels():
    """Return a prediction as of a bundle none of whose models could answer."""
    prediction = withoutRefits(madePrediction())
    reason = {"unavailable": NOT_HELD}
    place = {**prediction["applicability"], "model": None, "score": None}
    models = dict.fromkeys(shen2026().models, reason)
    return {**prediction, "models": models, "applicability": place}


def withoutRefits(prediction):
    """Return a prediction as of a bundle that holds neither refits nor training scores."""
    models = {name: dict(model) for name, model in prediction["models"].items()}
    for model in models.values():
        if model.pop("interval", None):
            model["no_interval"] = "the bundle holds no refits of its models"
    place = {
        **prediction["applicability"],
        "training_scores": {},
        "higher_than": {},
        "domain": DomainResult(DomainStatus.UNKNOWN, (OLDER_BUNDLE,)).as_dict(),
        "sentences": [],
    }
    return {**prediction, "models": models, "applicability": place}


def madeStability(prediction, spread=0.06, count=20):
    """Return what the background process answers for 20 other outlines."""
    random = np.random.default_rng(2)
    probabilities, flips = {}, {}
    for name, model in prediction["models"].items():
        if "probability" in model:
            moved = model["probability"] + spread * random.standard_normal(count)
            probabilities[name] = np.clip(moved, 0.01, 0.99).round(4).tolist()
            isMalignant = model["call"] == "malignant"
            calls = [value >= model["threshold"] for value in probabilities[name]]
            flips[name] = sum(call != isMalignant for call in calls)
    return {"probabilities": probabilities, "call_flips": flips, "unusable": 0, "seed": 0}


def madeSecondOpinion(probability=0.12, agreement="The bundles disagree."):
    """Return what the background process answers of a bundle that holds one model."""
    reason = {"unavailable": "this bundle does not hold this model"}
    models = dict.fromkeys(shen2026().models, reason)
    models["Clinical"] = madeModel(probability, 0.25, {"symptoms": 0.4})
    return {
        "bundle": {
            "name": "published-clinical",
            "hash": summarize_bundle(find_bundle("published-clinical")).bundle_hash,
            "kind": "research",
            "protocol": "published",
            "banner": "published-clinical: for research, not a medical device",
            "training_cohort": "trained on 249 patients",
            "intended_use": "Research.",
        },
        "models": models,
        "headline": ["Combined", "Clinical"],
        "agreement": agreement,
        "other_calls": ["Clinical"],
        "findings": [],
    }


def madeFeatures():
    """Return the values that go with `madePrediction`."""
    clinical = {"symptoms": 1.0, "margin_unclear": 1.0, "enlarged_lymph_nodes": 0.0}
    return {**{column: 0.5 + index for index, column in enumerate(_RADIOMIC)}, **clinical}


def writeMap(folder, value=1.0):
    """Write a saliency map whose strongest voxel lies at 12, -17, 9 mm (LPS); return its path."""
    voxels = np.zeros((8, 7, 6), np.float32)
    voxels[4, 3, 2] = value
    voxels[4, 3, 3] = 0.5 * value
    image = sitk.GetImageFromArray(voxels)
    image.SetOrigin((10.0, -20.0, 5.0))
    path = str(Path(folder) / "saliency.nrrd")
    sitk.WriteImage(image, path)
    return path


def workerOf(*lines):
    """Return a worker whose process answers each request by these lines of Python."""
    return Worker(pythonExecutable(), ["-c", _PROGRAM.format(answer="; ".join(lines))])


_ANSWER = json.dumps({"prediction": madePrediction(), "features": madeFeatures()})
# Of other outlines, which are tried by themselves, nothing comes.
RESULT = (
    f"(tell(event='result', id=identity, **json.loads({_ANSWER!r}))"
    " if request['command'] == 'predict' else None)"
)
HALF_WAY = "tell(event='progress', id=identity, fraction=0.5, step='half way')"
MISTAKE = "tell(event='error', id=identity, kind='X', message='It is <wrong>.', remedy='Mend it.')"
