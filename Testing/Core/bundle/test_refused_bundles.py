"""What a stranger may put into a bundle, and how it is refused: in words, with exit code 4."""

import io
import json
import os
import pickle
import re
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from Core.models.made_models import a_bundle
from ParotidClassifierCore.base.errors import EXIT_REFUSED_BUNDLE, BundleError
from ParotidClassifierCore.bundle.files import SIZE_LIMITS, sums_of
from ParotidClassifierCore.bundle.shipped import find_bundle
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle

NEARLY_SINGULAR = [[1.0, 1.0], [1.0, 1.0 + 4e-16]]


@pytest.fixture
def folder(tmp_path) -> Path:
    save_bundle(a_bundle(), tmp_path / "stranger")
    return tmp_path / "stranger"


def refused(path: Path) -> str:
    """Return the message of the refusal, after what every refusal must have."""
    with pytest.raises(BundleError) as caught:
        load_bundle(path)
    assert caught.value.exit_code == EXIT_REFUSED_BUNDLE
    assert str(path) in caught.value.message
    assert caught.value.remedy
    return caught.value.message


def sign(folder: Path) -> None:
    """Make the hashes right again, as an attacker would."""
    (folder / "SHA256SUMS").unlink(missing_ok=True)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "SHA256SUMS").write_bytes(sums_of(files))


def features(reference):
    """Return the space of features of the domain in a reference.json."""
    return reference["domain"]["spaces"][1]


def edit(folder: Path, file: str, change) -> None:
    content = json.loads((folder / file).read_text(encoding="utf-8"))
    change(content)
    (folder / file).write_text(json.dumps(content), encoding="utf-8")
    sign(folder)


def ring(header: dict) -> dict:
    return header["protocol"]["regions"]["External2"]["ring"]


def zip_of(folder: Path, entries: dict | None = None, **options) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
        for name, content in (entries or {}).items():
            archive.writestr(name, content, **options)
    return path


def test_a_changed_file_no_longer_matches_its_hash(folder):
    text = (folder / "models.json").read_text()
    (folder / "models.json").write_text(text.replace("0.1", "0.2", 1))
    assert "models.json" in refused(folder)
    assert "does not match its hash" in refused(folder)


@pytest.mark.parametrize("file", sorted(set(SIZE_LIMITS) - {"network.safetensors"}))
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    assert f"The file {file} " in refused(folder)


def test_weights_that_are_listed_but_missing_are_named(folder):
    (folder / "network.safetensors").unlink()
    assert "'network.safetensors', which is missing" in refused(folder)
    sign(folder)
    assert "it is missing and Tumor_DL reads it" in refused(folder)


@pytest.mark.parametrize("name", ["setup.py", "models.json.bak", "__pycache__"])
def test_a_file_that_does_not_belong_is_named(folder, name):
    (folder / name).write_text("print('hello')")
    sign(folder)
    assert f"The file {name} " in refused(folder)


def test_hashes_must_list_exactly_the_files(folder):
    sums = (folder / "SHA256SUMS").read_text()
    (folder / "SHA256SUMS").write_text("".join(sums.splitlines(keepends=True)[1:]))
    assert "MODEL_CARD.md" in refused(folder)
    assert "not listed" in refused(folder)
    (folder / "SHA256SUMS").write_text(sums + sums.splitlines(keepends=True)[0])
    assert "twice" in refused(folder)
    (folder / "SHA256SUMS").write_text(sums + "0" * 64 + "  ../../etc/passwd\n")
    assert "../../etc/passwd" in refused(folder)


@pytest.mark.parametrize(
    ("version", "remedy"),
    [(5, "Update"), (0, "current version"), ("2", "current"), (True, "curr"), (1.0, "curr")],
)
def test_another_schema_version_is_refused_with_what_to_do(folder, version, remedy):
    (folder / "from_the_future.json").write_text("{}")
    edit(folder, "bundle.json", lambda content: content.update(schema_version=version))
    assert f"schema version is {version!r}" in refused(folder)
    with pytest.raises(BundleError) as caught:
        load_bundle(folder)
    assert remedy in caught.value.remedy


def test_a_bundle_of_the_first_schema_holds_no_refits(folder):
    edit(folder, "bundle.json", lambda content: content.update(schema_version=1))
    assert "The file refits.json " in refused(folder)
    assert "does not belong" in refused(folder)


def test_a_path_that_does_not_exist_is_said(tmp_path):
    assert "no such folder" in refused(tmp_path / "nowhere")


def test_a_folder_or_file_that_is_no_bundle_is_said(tmp_path):
    assert "bundle.json" in refused(tmp_path)
    (tmp_path / "notes.txt").write_text("PK? no.")
    assert "neither a folder nor a whole .zip" in refused(tmp_path / "notes.txt")


@pytest.mark.parametrize("target", ["/etc/hostname", "../elsewhere", "radiomics.yaml"])
def test_a_link_in_the_folder_is_refused(folder, target):
    (folder.parent / "elsewhere").write_text("secret")
    (folder / "MODEL_CARD.md").unlink()
    (folder / "MODEL_CARD.md").symlink_to(target)
    assert "MODEL_CARD.md" in refused(folder)
    assert "leave the bundle" in refused(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(folder):
    (folder / "MODEL_CARD.md").unlink()
    os.mkfifo(folder / "MODEL_CARD.md")
    assert "not a regular file" in refused(folder)


@pytest.mark.parametrize(
    "name",
    ["../bundle.json", "/tmp/x", "a/../../x", "a\\..\\x", "C:x", "./x", "a//x"],  # noqa: S108
)
def test_a_path_in_the_zip_that_leaves_the_bundle_is_refused(folder, name):
    entry = zipfile.ZipInfo("x")
    entry.filename = name
    path = zip_of(folder, {entry: "x"})
    assert "leaves the bundle" in refused(path)
    assert name in refused(path)


def test_a_name_as_long_as_a_book_is_not_repeated(folder):
    told = refused(zip_of(folder, {"x" * 40_000: ""}))
    assert "longer than 300 characters" in told
    assert len(told) < 1000


def test_a_name_that_no_file_can_have_is_no_bundle():
    with pytest.raises(BundleError, match="model bundle"):
        find_bundle("x" * 5000)


@pytest.mark.parametrize("value", ["!!bool foo", '!!int ""', "&a 25.0", "25.0\nbin_width: 1.0"])
def test_settings_that_are_more_than_values_are_refused_with_file_and_line(folder, value):
    settings = folder / "radiomics.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("bin_width: 25.0", f"bin_width: {value}"), encoding="utf-8")
    sign(folder)
    assert "radiomics.yaml" in refused(folder)
    assert re.search(r"line \d: ", refused(folder))


def test_a_link_in_the_zip_is_refused(folder):
    entry = zipfile.ZipInfo("radiomics.yaml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    (folder / "radiomics.yaml").unlink()
    assert "it is a link" in refused(zip_of(folder, {entry: "/etc/passwd"}))


def test_a_zip_with_files_in_several_folders_is_refused(folder):
    assert "several folders" in refused(zip_of(folder, {"inner/models.json": "{}"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_holds_a_file_twice_is_refused(folder):
    assert "twice" in refused(zip_of(folder, {"models.json": "{}"}))


def test_a_zip_with_thousands_of_entries_is_refused(folder):
    assert "more than 16 files" in refused(zip_of(folder, {f"f{i}": "" for i in range(20)}))
    assert "too large" in refused(zip_of(folder, {f"file-{i}": "" for i in range(3000)}))


@pytest.mark.parametrize("file", ["models.json", "network.safetensors"])
def test_a_zip_bomb_is_refused(folder, file):
    (folder / file).unlink()
    path = zip_of(folder, {file: b"\0" * (40 * 2**20)})
    assert path.stat().st_size < 2**20
    assert "grow beyond measure" in refused(path)


def test_a_zip_that_lies_about_its_sizes_is_read_no_further_than_allowed(folder):
    """The declared size passes every check; what unpacks is a thousand times as much."""
    (folder / "radiomics.yaml").unlink()
    path = zip_of(folder, {"radiomics.yaml": b" " * 2**22})
    content = bytearray(path.read_bytes())
    declared, pretended = struct.pack("<I", 2**22), struct.pack("<I", 100)
    assert content.count(declared) == 2
    path.write_bytes(content.replace(declared, pretended))
    assert "whole .zip" in refused(path)


def test_an_encrypted_zip_is_refused(folder):
    path = zip_of(folder)
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    assert "encrypted" in refused(path)


def test_a_zip_cut_short_or_damaged_is_refused(folder):
    path = zip_of(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "whole .zip" in refused(path)
    middle = whole.index(b"PK\x03\x04") + 60
    path.write_bytes(whole[:middle] + b"\xff" * 40 + whole[middle + 40 :])
    refused(path)


@pytest.mark.parametrize("file", sorted(SIZE_LIMITS))
def test_a_file_larger_than_any_bundles_is_not_read(folder, file):
    with (folder / file).open("r+b") as stream:
        stream.truncate(SIZE_LIMITS[file] + 1)
    assert f"The file {file} " in refused(folder)
    assert "bytes large" in refused(folder)


class Dangerous:
    def __reduce__(self):
        return (Path.touch, (Path("was_run"),))


def a_torch_file() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Dangerous()))
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [pickle.dumps(Dangerous(), protocol=p) for p in (2, 4, 5)] + [a_torch_file()]
)
def test_a_pickle_where_weights_should_be_is_recognised_and_never_run(
    folder, content, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (folder / "network.safetensors").write_bytes(content)
    sign(folder)
    assert "network.safetensors" in refused(folder)
    assert "pickle" in refused(folder)
    assert not (tmp_path / "was_run").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 64,
        b"weights",
        struct.pack("<Q", 2) + b"{}" + b"left over",
        struct.pack("<Q", 2**40) + b"{}",
        struct.pack("<Q", 60)
        + b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,8]}}'.ljust(60)
        + b"\0" * 8,
    ],
)
def test_weights_that_are_not_whole_safetensors_are_refused(folder, content):
    (folder / "network.safetensors").write_bytes(content)
    sign(folder)
    assert "network.safetensors" in refused(folder)


@pytest.mark.parametrize(
    ("file", "pattern", "new", "reason"),
    [
        ("models.json", r'"intercept": [^,\n]+', '"intercept": NaN', "NaN"),
        ("models.json", r'"intercept": [^,\n]+', '"intercept": -Infinity', "-Infinity"),
        ("models.json", r'"intercept": [^,\n]+', '"intercept": 1e999', "not finite"),
        ("models.json", r'"intercept": ', '"intercept": 1, "intercept": ', "twice"),
        ("bundle.json", r'"kind": ', '"kind": "research", "kind": ', "twice"),
        ("reference.json", "{", "[" * 100_000, "not JSON"),
        ("bundle.json", "{", "[]{", "not JSON"),
    ],
)
def test_json_that_is_not_strict_is_refused(folder, file, pattern, new, reason):
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(re.sub(pattern, new, text, count=1), encoding="utf-8")
    sign(folder)
    assert f"The file {file} " in refused(folder)
    assert reason in refused(folder)


@pytest.mark.parametrize("file", ["bundle.json", "models.json", "MODEL_CARD.md", "radiomics.yaml"])
def test_text_that_is_not_utf8_is_refused(folder, file):
    (folder / file).write_bytes(b"\xff" + (folder / file).read_bytes())
    sign(folder)
    assert f"The file {file} " in refused(folder)


def test_a_number_too_large_for_a_float_is_not_finite(folder):
    edit(folder, "models.json", lambda c: c["Clinical"].update(intercept=10**400))
    assert "intercept of Clinical is not finite" in refused(folder)


WRONG = {
    "models.json": [
        (lambda c: c["Clinical"].update(ranges=[[0.0, 1.0]]), "one range for each of its columns"),
        (lambda c: c["Clinical"].update(ranges=[[1.0, 0.0]] * 3), "do not rise"),
        (lambda c: c.clear(), "no model"),
        (lambda c: c.update(Twelfth=c["Clinical"]), "no model of the protocol"),
        (lambda c: c.update(Clinical=3), "not an object"),
        (lambda c: c["Clinical"].pop("means"), "lacks 'means'"),
        (lambda c: c["Clinical"].pop("ranges"), "Clinical lacks 'ranges'"),
        (lambda c: c["Clinical"].update(code="import os"), "unknown key"),
        (lambda c: c["Clinical"]["sds"].pop(), "for each of its columns"),
        (lambda c: c["Clinical"]["sds"].__setitem__(0, 0.0), "not positive"),
        (lambda c: c["Clinical"]["sds"].__setitem__(0, 5e-324), "below 1e-30"),
        (lambda c: c["Clinical"]["coefficients"].__setitem__(0, 1e308), "outside -1e+30 to 1e+30"),
        (lambda c: c["Clinical"].update(intercept=-1e308), "outside -1e+30 to 1e+30"),
        (lambda c: c["Clinical"]["means"].__setitem__(0, 1e31), "outside -1e+30 to 1e+30"),
        (lambda c: c["Clinical"]["means"].__setitem__(0, "1"), "not a number"),
        (lambda c: c["Clinical"]["means"].__setitem__(0, True), "not a number"),
        (lambda c: c["Clinical"]["columns"].__setitem__(0, "height"), "no input"),
        (lambda c: c["Clinical"]["columns"].__setitem__(0, "margin_unclear"), "for each"),
        (lambda c: c["Clinical"]["columns"].extend(["symptoms"] * 299), "at most 256"),
        (lambda c: c["Combined"]["columns"].__setitem__(0, "log_odds:Combined"), "no input"),
        (lambda c: c["Combined"]["columns"].__setitem__(0, "log_odds:Tumor_RAD+DL"), "no input"),
        (lambda c: c.pop("Tumor+External2_RAD+DL"), "not among the models"),
        (
            lambda c: c["Tumor_RAD"]["columns"].__setitem__(0, "Tumor_original_glcm_Made"),
            "not a feature",
        ),
    ],
    "bundle.json": [
        (lambda c: c.update(schema_versions=1), "unknown key"),
        (lambda c: c.pop("intended_use"), "lacks 'intended_use'"),
        (lambda c: c.update(kind="approved"), "not one of demonstration"),
        (lambda c: c.update(name="\x1b[2Jclear the screen"), "control characters"),
        (lambda c: c.update(name="../evil"), "letters"),
        (
            lambda c: c.update(intended_use="aaa bbb " * 110_000),
            "880000 characters, more than 2000",
        ),
        (lambda c: c.update(intended_use="for \u202eelpoep"), "control characters"),
        (lambda c: c["notes"].append("x" * 2001), "notes has 2001 characters"),
        (lambda c: c["provenance"].update({"x" * 2001: 1}), "a key has 2001 characters"),
        (lambda c: c.update({"\x1b[2J": 1}), "a key holds control characters"),
        (lambda c: c["provenance"].update({f"x{i}": 1 for i in range(1001)}), "at most 1000 keys"),
        (lambda c: c["provenance"].update(seed=10**40), "seed: 1e+40 is outside"),
        (lambda c: c["test_figures"]["Tumor_RAD"].update(auc=1e300), "auc: 1e+300 is outside"),
        (lambda c: c["test_figures"]["Tumor_RAD"].update(auc=-1), "auc is -1, outside 0 to 1"),
        (lambda c: c["training_cohort"].update(cases=10**400), "from 0 to 1000000000"),
        (lambda c: c["thresholds"].update(Clinical=1.5), "outside 0 to 1"),
        (lambda c: c["thresholds"].pop("Clinical"), "thresholds"),
        (lambda c: c.update(models=["Clinical"]), "unknown key 'models'"),
        (lambda c: c.update(stacking="best"), "cross-fitted"),
        (lambda c: c.update(protocol="shen2026"), "protocol is not an object"),
        (lambda c: ring(c).update(width_mm=-2), "ring width"),
        (lambda c: ring(c).update(hu_range=[1]), "lower and an upper limit"),
        (lambda c: c["protocol"]["models"].pop("Tumor_RAD"), "thresholds"),
        (lambda c: c["training_cohort"].update(malignant=161), "more malignant"),
        (lambda c: c["training_cohort"].update(cases=1.5), "whole number"),
        (lambda c: c["training_cohort"].update(simulated="no"), "true or false"),
        (lambda c: c["provenance"].update(seed=[1]), "seed is not a number"),
        (lambda c: c["test_figures"].update(Other={}), "test_figures"),
        (lambda c: c.update(radiomics_sha256="0" * 64), "radiomics.yaml"),
    ],
    "reference.json": [
        (lambda c: c["quantiles"]["Tumor_wavelet-LLH_glcm_Idn"].pop(), "one for each level"),
        (lambda c: c["quantiles"]["Tumor_wavelet-LLH_glcm_Idn"].reverse(), "do not rise"),
        (lambda c: c.update(quantile_levels=[], quantiles={}, voxel_mm={}), "from 0 to 1"),
        (lambda c: c["quantile_levels"].__setitem__(2, 0.9), "from 0 to 1"),
        (lambda c: c["scores"]["Tumor_RAD"].update(benign=[2.0]), "outside 0 to 1"),
        (lambda c: c["scores"]["Tumor_RAD"].update(benign=[0.2, 0.1]), "do not rise"),
        (lambda c: c["scores"].update(Other={}), "scores holds 'Other'"),
        (lambda c: c["scores"]["Tumor_RAD"].update(malignant=[0.5] * 51), "51 cases, and the mod"),
        (lambda c: c["domain"].update(held_out=[1.0] * 161), "tells of 161 cases"),
        (lambda c: c["acquisitions"].update(cases=161), "tells of 161 cases"),
        (lambda c: c.pop("domain"), "the file lacks 'domain'"),
        (lambda c: c["voxel_mm"].update(slice=[-1.0, 5.0, 5.0]), "not positive"),
        (lambda c: c["voxel_mm"].pop("slice"), "lacks 'slice'"),
        (lambda c: c["voxel_mm"]["slice"].pop(), "one for each level"),
        (lambda c: c["voxel_mm"]["pixel"].reverse(), "do not rise"),
        (lambda c: c.update(voxel_mm={}), "39 training cases with distances and voxels"),
        (lambda c: c["domain"].update(absent="none"), "either spaces or the reason"),
        (lambda c: c["domain"].update(held_out=[1.0, 0.5]), "do not rise"),
        (lambda c: c["domain"].update(held_out=[1.0] * 38), "at least 39 training cases"),
        (lambda c: c["domain"]["held_out"].__setitem__(0, -1.0), "at least 39 training cases"),
        (lambda c: c["domain"]["spaces"].reverse(), "are not voxels, features"),
        (lambda c: c["domain"]["spaces"].pop(), "are not voxels, features"),
        (lambda c: features(c).update(name="others"), "holds 'others'"),
        (lambda c: features(c).update(columns=["Tumor_original_shape_Flatness"]), "holds 'Tumor_"),
        (lambda c: features(c)["columns"].__setitem__(1, "symptoms"), "holds 'symptoms'"),
        (lambda c: features(c)["columns"].pop(), "one center and scale for each"),
        (lambda c: features(c).update(columns=[features(c)["columns"][0]] * 2), "one center and"),
        (lambda c: features(c).update(scales=[1.0, 0.0]), "not positive"),
        (lambda c: features(c).update(usual=0.0), "not positive"),
        (lambda c: features(c).update(covariance=[[1.0]]), "one row and column for each column"),
        (lambda c: features(c).update(covariance=[[-1.0, 0.0], [0.0, 1.0]]), "positive definite"),
        (lambda c: features(c).update(covariance=[[5e-324, 0.0], [0.0, 5e-324]]), "positive def"),
        (lambda c: features(c).update(covariance=NEARLY_SINGULAR), "definite, or nearly not"),
        (lambda c: features(c).update(covariance=[[1.0, 0.5], [0.0, 1.0]]), "not symmetric"),
        (lambda c: c["acquisitions"].pop("cases"), "lacks 'cases'"),
        (lambda c: c["acquisitions"].update(cases=-1), "whole number"),
        (lambda c: c["acquisitions"]["counts"].update(patient={}), "unknown key 'patient'"),
        (lambda c: c["acquisitions"]["counts"].update(kernel={}), "1 to 1000 values"),
        (lambda c: c["acquisitions"]["counts"].update(kernel={"\x1b[2J": 1}), "control"),
        (lambda c: c["acquisitions"]["ranges"].update(kvp=[120.0]), "smallest and a largest"),
        (lambda c: c["acquisitions"]["ranges"].update(kvp=[120.0, 100.0]), "do not rise"),
    ],
    "refits.json": [
        (lambda c: c.update(absent="there are none"), "either refits or the reason"),
        (lambda c: c.update(coefficients={}), "either refits or the reason"),
        (lambda c: c.pop("absent"), "lacks 'absent'"),
        (lambda c: c["coefficients"].pop("Clinical"), "lacks 'Clinical'"),
        (lambda c: c["coefficients"].update(Other=[[1.0]]), "unknown key 'Other'"),
        (lambda c: c["coefficients"]["Clinical"].pop(), "equally often"),
        (lambda c: c["coefficients"]["Clinical"][1].pop(), "a number for each column"),
        (lambda c: c["coefficients"]["Clinical"].clear(), "once for each refit"),
        (lambda c: c["coefficients"]["Clinical"].extend([[0.0] * 4] * 2000), "at most 2000"),
        (lambda c: c["coefficients"]["Clinical"].__setitem__(0, "1"), "not a list"),
        (lambda c: c["coefficients"]["Clinical"][0].__setitem__(0, "1"), "not a number"),
        (lambda c: c["coefficients"]["Clinical"][0].__setitem__(0, 10**400), "not finite"),
        (lambda c: c["coefficients"]["Clinical"][0].__setitem__(0, 1e308), "outside -1e+30"),
        (lambda c: c.pop("scales"), "the file lacks 'scales'"),
        (lambda c: c["scales"].pop("Clinical"), "lacks 'Clinical'"),
        (lambda c: c["scales"].update(Clinical=[1.0, 0.5]), "two numbers from 0 and from 1 up"),
        (lambda c: c["scales"].update(Clinical=[1.0]), "two numbers from 0 and from 1 up"),
    ],
}


@pytest.mark.parametrize(
    ("file", "change", "reason"), [(file, *case) for file, cases in WRONG.items() for case in cases]
)
def test_content_that_is_not_what_it_must_be_is_refused(folder, file, change, reason):
    edit(folder, file, change)
    assert reason in refused(folder)
    assert file in refused(folder)
