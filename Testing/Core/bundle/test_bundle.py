"""A bundle goes to disk and comes back the same, as data alone."""

import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import ParotidClassifierCore
import pytest
from Core.models.made_models import a_bundle, a_model, models, values
from fixtures.programs import printed_by
from ParotidClassifierCore.base.errors import BundleError, OutputError
from ParotidClassifierCore.bundle import shipped
from ParotidClassifierCore.bundle.bundle import RESEARCH, TrainingCohort, bundle_info, protocol_text
from ParotidClassifierCore.bundle.files import sums_of
from ParotidClassifierCore.bundle.shipped import default_bundle, shipped_bundles
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle, summarize_bundle
from ParotidClassifierCore.models.answers import NO_SCORES
from ParotidClassifierCore.models.domain import OLDER_BUNDLE as NO_DOMAIN
from ParotidClassifierCore.models.domain import Domain
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.models.reference import Reference
from ParotidClassifierCore.models.refits import OLDER_BUNDLE, Refits
from ParotidClassifierCore.protocol import RingSettings, read_protocol, shen2026

DATA = Path(__file__).parents[2] / "Data"
OLD_BUNDLE = DATA / "schema-1-bundle"
FILES = {
    "bundle.json",
    "models.json",
    "network.safetensors",
    "radiomics.yaml",
    "reference.json",
    "refits.json",
    "MODEL_CARD.md",
    "SHA256SUMS",
}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def zipped(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))


def test_a_bundle_comes_back_as_it_was_saved(tmp_path):
    saved = save_bundle(a_bundle(), tmp_path / "b")
    assert set(content(tmp_path / "b")) == FILES
    assert load_bundle(tmp_path / "b") == saved
    assert replace(saved, bundle_hash="") == a_bundle()
    assert list(load_bundle(tmp_path / "b").models) == list(models())


def test_a_zip_with_one_top_folder_or_none_is_the_same_bundle(tmp_path):
    saved = save_bundle(a_bundle(), tmp_path / "b")
    flat = shutil.make_archive(str(tmp_path / "flat"), "zip", tmp_path / "b")
    assert load_bundle(zipped(tmp_path / "b")) == saved
    assert load_bundle(flat) == saved


def test_the_same_content_gives_the_same_bytes_whatever_the_order_of_its_parts(tmp_path):
    save_bundle(a_bundle(), tmp_path / "a")
    turned = dict(reversed(a_bundle().thresholds.items()))
    save_bundle(a_bundle(thresholds=turned), tmp_path / "b")
    assert content(tmp_path / "a") == content(tmp_path / "b")


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_can_check_a_bundle(tmp_path):
    save_bundle(a_bundle(), tmp_path / "b")
    command = [shutil.which("sha256sum"), "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path / "b", capture_output=True, check=True)
    assert done.stdout.count(b": OK") == len(FILES) - 1


def test_a_bundle_without_network_is_whole_when_no_model_reads_it(tmp_path):
    few = {name: models()[name] for name in ("Tumor_RAD", "Clinical")}
    changes = {"network": None, "reference": Reference(), "refits": Refits()}
    bundle = a_bundle(models=few, thresholds=dict.fromkeys(few, 0.4), **changes)
    assert list(load_bundle_of(bundle, tmp_path).models) == ["Tumor_RAD", "Clinical"]
    assert "network.safetensors" not in content(tmp_path / "b")
    with pytest.raises(BundleError, match="holds no network"):
        bundle.weights()


def load_bundle_of(bundle, tmp_path):
    save_bundle(bundle, tmp_path / "b")
    return load_bundle(tmp_path / "b")


def test_saving_again_replaces_a_bundle_whole_and_leaves_nothing_beside(tmp_path):
    save_bundle(a_bundle(), tmp_path / "b")
    few = {"Clinical": models()["Clinical"]}
    changes = {"reference": Reference(), "refits": Refits()}
    save_bundle(
        a_bundle(models=few, thresholds={"Clinical": 0.5}, network=None, **changes), tmp_path / "b"
    )
    assert list(load_bundle(tmp_path / "b").models) == ["Clinical"]
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_folder_with_other_things_in_it_is_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="do not belong"):
        save_bundle(a_bundle(), tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_bundle_that_could_not_be_loaded_is_not_written(tmp_path):
    broken = replace(models()["Tumor_RAD"], intercept=float("nan"))
    for changes in (
        {"models": models() | {"Tumor_RAD": broken}},
        {"thresholds": {}},
        {"network": None},
    ):
        with pytest.raises(BundleError):
            save_bundle(a_bundle(**changes), tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_says_what_it_is_not_for():
    made = a_bundle()
    patients = a_bundle(kind=RESEARCH, cohort=TrainingCohort(231, 80, simulated=False))
    assert (made.is_demonstration, patients.is_demonstration) == (True, False)
    assert made.banner == "made-for-tests: demonstration, not for clinical use"
    assert patients.banner.endswith("not a medical device")
    assert made.cohort.line == "trained on 160 simulated cases"
    assert patients.cohort.line == "trained on 231 patients"


def test_info_tells_what_a_user_must_know(tmp_path):
    info = bundle_info(save_bundle(a_bundle(), tmp_path / "b"))
    assert info["training_cohort"]["line"] == "trained on 160 simulated cases"
    assert (info["protocol"]["name"], info["stacking"]) == ("shen2026", "cross-fitted")
    assert info["models"]["Tumor_DL"] == {"columns": ["network:Tumor_DL"], "threshold": 1 / 3}
    assert len(info["hash"]) == 64
    assert info["schema_version"] == 4
    assert "3 refits" in info["intervals"]


@pytest.mark.parametrize(
    ("provenance", "engine"),
    [
        ({"radiomics engine": "built-in 1"}, "built-in 1"),
        ({"pyradiomics": "3.0.1"}, "pyradiomics 3.0.1"),  # of a time with one engine
        ({}, "pyradiomics"),
    ],
)
def test_a_bundle_knows_its_radiomics_engine(provenance, engine):
    bundle = replace(a_bundle(), provenance=provenance)
    assert bundle.radiomics_engine == engine
    assert replace(bundle, models={"Clinical": models()["Clinical"]}).radiomics_engine is None


def test_a_summary_says_what_the_whole_bundle_says_of_itself(tmp_path):
    saved = save_bundle(a_bundle(), tmp_path / "b")
    for path in (tmp_path / "b", zipped(tmp_path / "b")):
        summary = summarize_bundle(path)
        assert summary.path == path
        assert summary.bundle_hash == saved.bundle_hash
        assert summary.cohort.line == saved.cohort.line
        for field in ("name", "kind", "banner", "intended_use", "model_card", "protocol"):
            assert getattr(summary, field) == getattr(saved, field)
        assert summary.is_demonstration == saved.is_demonstration


def test_a_summary_refuses_a_bundle_that_is_not_whole(tmp_path):
    save_bundle(a_bundle(), tmp_path / "b")
    weights = tmp_path / "b" / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(BundleError, match="does not match its hash"):
        summarize_bundle(tmp_path / "b")
    weights.unlink()
    with pytest.raises(BundleError, match="is missing"):
        summarize_bundle(tmp_path / "b")
    with pytest.raises(BundleError, match="no such folder"):
        summarize_bundle(tmp_path / "gone")


def test_a_summary_refuses_a_header_that_does_not_hold_what_it_must(tmp_path):
    save_bundle(a_bundle(), tmp_path / "b")
    files = content(tmp_path / "b")
    files["bundle.json"] = files["bundle.json"].replace(b'"demonstration"', b'"approved"')
    del files["SHA256SUMS"]
    for name, written in (files | {"SHA256SUMS": sums_of(files)}).items():
        (tmp_path / "b" / name).write_bytes(written)
    with pytest.raises(BundleError, match="'approved'"):
        summarize_bundle(tmp_path / "b")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_bundle_of_an_earlier_schema_says_what_it_lacks(version):
    path = DATA / f"schema-{version}-bundle"
    old, info = load_bundle(path), bundle_info(load_bundle(path))
    assert (old.schema_version, info["schema_version"]) == (version, version)
    assert info["intervals"] == f"There are no intervals: {OLDER_BUNDLE}."
    assert not any(model.ranges for model in old.models.values())
    unknown = f"Whether a case is like the training cases cannot be told: {NO_DOMAIN}."
    assert info["lacking"][0] == old.lacking[0] == unknown
    for said in (old, summarize_bundle(path)):
        first, _, card = said.card.partition("\n\n")
        assert first.startswith("> **Made by an earlier version.** Whether a case is like the")
        assert card == old.model_card
    assert a_bundle().card == a_bundle().model_card


def test_what_a_bundle_cannot_tell_is_said_once_for_models_alike():
    too_few, no_scores = a_bundle().lacking
    assert too_few.startswith("No answers by Tumor_RAD: 2 benign training cases and 1")
    names = "Tumor_DL, Tumor+External2_RAD+DL, Clinical and Combined"
    assert no_scores == f"No answers by {names}: {NO_SCORES}."
    scores = {of: tuple(i / 20 for i in range(20)) for of in ("benign", "malignant")}
    known = replace(a_bundle().reference, scores=dict.fromkeys(models(), scores))
    assert a_bundle(reference=known).lacking == []


def test_a_bundle_of_the_first_schema_is_written_as_one_of_this(tmp_path):
    old = load_bundle(OLD_BUNDLE)
    saved = save_bundle(old, tmp_path / "b")
    assert saved.schema_version == 4
    assert load_bundle(tmp_path / "b") == saved
    assert saved.refits == old.refits


def test_a_bundle_of_the_second_schema_is_of_the_published_study_with_its_own_ring():
    old = load_bundle(DATA / "schema-2-bundle")
    assert (old.schema_version, old.stacking) == (2, "cross-fitted")
    assert old.protocol == shen2026().with_ring(RingSettings(3.0, (-100.0, 300.0))) != shen2026()
    reference = replace(a_bundle().reference, domain=Domain(absent=NO_DOMAIN))
    changes = {"schema_version": 2, "bundle_hash": old.bundle_hash, "reference": reference}
    expected = replace(a_bundle(), protocol=old.protocol, **changes)
    assert old == replace(expected, refits=Refits(absent=OLDER_BUNDLE))
    assert summarize_bundle(DATA / "schema-2-bundle").protocol == old.protocol


def test_a_bundle_carries_its_protocol(tmp_path):
    protocol = read_protocol(DATA / "protocols" / "twelfth-model.yaml")
    name = "Clinical+Tumor_RAD"
    more = {name: a_model(name, (*models()["Tumor_RAD"].columns, "symptoms"))}
    changes = {"thresholds": a_bundle().thresholds | {name: 0.5}, "refits": Refits()}
    bundle = a_bundle(protocol=protocol, models=models() | more, **changes)
    again = load_bundle_of(bundle, tmp_path)
    assert (again.protocol, again.models) == (protocol, bundle.models)
    assert list(again.protocol.models) == list(protocol.models)
    assert name in protocol_text(again)


@pytest.mark.parametrize(
    ("held", "told", "untold"),
    [
        (["Tumor_RAD", "Clinical"], ["**Tumor_RAD**", "**External2**", "**Symptoms**"], "Combined"),
        (["Clinical"], ["**Clinical**", "**Symptoms**"], "Regions"),
        (["Tumor_RAD"], ["**Tumor_RAD**", "**External2**"], "Clinical findings"),
    ],
)
def test_of_its_protocol_a_bundle_tells_what_it_holds(held, told, untold):
    text = protocol_text(a_bundle(models={name: models()[name] for name in held}))
    assert [word for word in told if word in text] == told
    assert untold not in text


def test_loading_and_evaluating_imports_no_learning_library(tmp_path):
    save_bundle(a_bundle(), tmp_path / "b")
    program = f"""
import sys
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.models.probabilities import probabilities
bundle = load_bundle({str(tmp_path / "b")!r})
results = probabilities(bundle.protocol, bundle.models, {values()!r}, bundle.thresholds)
print(results["Combined"].probability)
heavy = {{"torch", "sklearn", "radiomics", "pandas", "matplotlib"}} & set(sys.modules)
assert not heavy, heavy
"""
    printed = printed_by(program)
    thresholds = dict.fromkeys(models(), 0.5)
    here = probabilities(shen2026(), models(), values(), thresholds)["Combined"]
    assert float(printed) == here.probability


def test_shipped_bundles_are_found_in_the_package(tmp_path, monkeypatch):
    assert shipped.SHIPPED.is_relative_to(Path(ParotidClassifierCore.__file__).parent)
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path)
    with pytest.raises(BundleError, match="no model bundle"):
        default_bundle()
    for name in ("b", "a"):
        save_bundle(a_bundle(), tmp_path / name)
    assert shipped_bundles() == (tmp_path / "a", tmp_path / "b")
    assert default_bundle() == tmp_path / "a"


def test_every_shipped_bundle_loads():
    for path in shipped_bundles():
        bundle = load_bundle(path)
        assert bundle.name == path.name
        assert bundle.is_demonstration == bundle.cohort.simulated == (path.name == "simulated-demo")


def test_what_systems_leave_in_folders_and_archives_is_passed_over(tmp_path):
    saved = save_bundle(a_bundle(), tmp_path / "b")
    for number in range(20):
        (tmp_path / "b" / f"._{number}").write_bytes(b"\0")  # AppleDouble, one for each file
    (tmp_path / "b" / ".DS_Store").write_bytes(b"\0")
    assert load_bundle(tmp_path / "b") == saved
    archive = zipped(tmp_path / "b")
    with zipfile.ZipFile(archive, "a") as added:
        added.writestr("__MACOSX/b/._bundle.json", b"\0")
    assert load_bundle(archive) == saved


def test_a_bundle_outlives_an_interrupt_between_the_two_renames(tmp_path, monkeypatch):
    saved = save_bundle(a_bundle(), tmp_path / "b")
    rename = Path.replace

    def interrupted(path, target):
        if path.parent.name == "new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_bundle(a_bundle(name="another"), tmp_path / "b")
    assert load_bundle(tmp_path / "b") == saved
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
