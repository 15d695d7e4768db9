"""Settings are read strictly, stay within bounds and are known by their content."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from ParotidClassifierCore.base.errors import UnreadableFileError, UsageError
from ParotidClassifierCore.radiomics import settings as module
from ParotidClassifierCore.radiomics.settings import default_settings, load_settings

DEFAULT_TEXT = Path(module.__file__).with_name("settings.yaml").read_text(encoding="utf-8")


def changed(**settings) -> str:
    return yaml.safe_dump({**yaml.safe_load(DEFAULT_TEXT), **settings})


def test_defaults_are_the_method_s():
    settings = default_settings()
    assert (settings.bin_width, settings.bin_count) == (25.0, None)
    assert settings.log_sigma_mm == (1.0, 2.0, 3.0)
    assert (settings.lbp3d_levels, settings.lbp3d_radius, settings.lbp3d_subdivision) == (2, 1, 1)
    assert settings.image_types == module.IMAGE_TYPES
    assert settings.feature_classes == module.FEATURE_CLASSES


def test_settings_are_read_back():
    settings = replace(default_settings(), bin_width=12.5, log_sigma_mm=(2.0, 4.0))
    assert load_settings(settings.yaml()) == settings


def test_a_file_is_read_like_its_text(tmp_path):
    file = tmp_path / "radiomics.yaml"
    file.write_text(DEFAULT_TEXT, encoding="utf-8")
    assert load_settings(file) == default_settings()


def test_hash_follows_the_content():
    otherwise_written = yaml.safe_dump(
        {
            **yaml.safe_load(DEFAULT_TEXT),
            "bin_width": 25,
            "log_sigma_mm": [3, 1, 2],
            "image_types": list(reversed(module.IMAGE_TYPES)),
        },
        default_flow_style=True,
    )
    assert load_settings(otherwise_written) == default_settings()
    assert load_settings(changed(bin_width=24.0)) != default_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bin_width", 0.001),
        ("bin_width", "25"),
        ("bin_width", True),
        ("bin_width", float("nan")),
        ("bin_count", 1),
        ("bin_count", 100_000),
        ("bin_count", 32.0),
        ("image_types", []),
        ("image_types", "Original"),
        ("image_types", ["Original", "Original"]),
        ("image_types", ["../Original"]),
        ("feature_classes", ["shape2D"]),
        ("feature_classes", {"glcm": 1}),
        ("log_sigma_mm", [0.0]),
        ("log_sigma_mm", [1.0, 1]),
        ("log_sigma_mm", [1 + i / 10 for i in range(9)]),
        ("log_sigma_mm", 1.0),
        ("lbp3d_levels", 40),
        ("lbp3d_levels", 2.0),
        ("lbp3d_radius", 500),
        ("lbp3d_subdivision", 9),
    ],
)
def test_wrong_value_is_refused(name, value):
    with pytest.raises(UsageError, match=name) as error:
        load_settings(changed(**{name: value}))
    assert error.value.remedy.startswith("Use ")


def test_bounds_hold_in_code():
    with pytest.raises(UsageError, match="bin_width"):
        replace(default_settings(), bin_width=0.0)


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(UsageError, match="unknown setting 'resampledPixelSpacing'"):
        load_settings(changed(resampledPixelSpacing=[0.01, 0.01, 0.01]))


def test_a_missing_setting_is_refused_by_name():
    text = "\n".join(line for line in DEFAULT_TEXT.splitlines() if "lbp3d_radius" not in line)
    with pytest.raises(UsageError, match="no setting 'lbp3d_radius'"):
        load_settings(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bin_width",
        "- 1\n- 2",
        "a: [1, 2",
        "[" * 2000,
        "bin_width: 0x" + "f" * 2000,
        "a: !!python/object/apply:os.system ['true']",
        "x" * (module.MAX_TEXT_LENGTH + 1),
    ],
    ids=lambda text: text[:20],
)
def test_other_text_is_refused(text):
    with pytest.raises(UsageError, match="radiomics setting"):
        load_settings(text)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('!!float ""', "tags"),
        ("! 25", "tags"),
        ("&a 25.0", "anchors"),
        ("*a", "aliases"),
        ("25.0\nbin_width: 25.0", "'bin_width' comes twice"),
    ],
)
def test_yaml_tricks_are_refused(value, reason):
    text = f"# settings\n{DEFAULT_TEXT.replace('bin_width: 25.0', f'bin_width: {value}')}"
    line = next(n for n, t in enumerate(text.split("\n"), 1) if t.startswith("bin_width"))
    line += value.count("\n")
    with pytest.raises(UsageError, match="radiomics settings") as error:
        load_settings(text)
    assert f"line {line}: " in error.value.message
    assert reason in error.value.message


@pytest.mark.parametrize("value", ["2020-01-01", "2020-13-45", "=", "1:2:3x"])
def test_dates_are_words_and_no_number(value):
    with pytest.raises(UsageError, match=f"'bin_width' has the value '{value}'"):
        load_settings(DEFAULT_TEXT.replace("25.0", value))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\x81"], ids=["missing", "binary"])
def test_unreadable_file_is_refused(tmp_path, content):
    file = tmp_path / "radiomics.yaml"
    if content:
        file.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"radiomics\.yaml"):
        load_settings(file)
