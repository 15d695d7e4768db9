import json

import pytest
from ParotidClassifierCore.base.errors import ProtocolError, UnreadableFileError
from ParotidClassifierCore.base.strict_json import MalformedError
from ParotidClassifierCore.protocol import protocol_from, read_protocol, shen2026

TWO = {"label": "X", "levels": {"a": "A", "b": "B"}}
NUMBER = {"label": "X", "unit": "mm", "maximum": 9}
RING = {"width_mm": 2, "hu_range": [0, 9]}


def extending(tmp_path, text, name="mine.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_protocol(path)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("name", "../x", "name: '../x' is not"),
        ("other", 1, "unknown key 'other'"),
        ("regions", {}, "regions has 0 entries"),
        ("regions External9", {}, "External9 lacks 'ring'"),
        ("regions Tumor ring", RING, "first region is outlined by hand"),
        ("regions External2 ring hu_range", [0], "lower and an upper"),
        ("regions External2 ring width_mm", 99, "External2: ring: A ring width of 99 mm"),
        ("regions External2 around", ["External2"], "around: 'External2' is not one of Tumor"),
        ("regions External2 around", [], "around names no region"),
        ("regions ex", {"ring": RING}, "'ex' is not a capital letter"),
        ("regions Tumor color", "red", "a colour such as"),
        ("regions External2 kind", {"value": "1"}, "kind lacks"),
        ("clinical x", {**TWO, "unit": "mm"}, "unknown key 'unit'"),
        ("clinical x", {**NUMBER, "malignant": "a"}, "unknown key 'malignant'"),
        ("clinical x", {**TWO, "levels": {"a": "A"}}, "levels has 1 entries"),
        ("clinical x", {**TWO, "levels": {"a": "A", "unknown": "?"}}, "'unknown' is not"),
        ("clinical x", {**TWO, "levels": {"a": "A", "Unknown": "?"}}, "'Unknown' is not"),
        ("clinical x", {**TWO, "levels": {"a": "A", "A": "?"}}, "a and A differ by capitals alone"),
        ("clinical x", {**TWO, "malignant": "a", "reference": "a"}, "reference is the level"),
        ("clinical x", {"label": "X"}, "neither levels nor, as a number, unit and maximum"),
        ("clinical outcome", TWO, "tables have another column of this name"),
        ("clinical ring_label", TWO, "tables have another column of this name"),
        ("models case_id", {"radiomics": ["Tumor"]}, "tables have another column of this name"),
        ("models margin", {"radiomics": ["Tumor"]}, "tables have another column of this name"),
        ("regions TUMOR", {"ring": RING}, "Tumor and TUMOR differ by capitals alone"),
        ("clinical x", {**TWO, "malignant": "c"}, "malignant: 'c' is not one of a, b"),
        ("clinical x", {**TWO, "frequency": {"benign": 0, "malignant": 1}}, "not named"),
        ("clinical x", {**TWO, "column": "symptoms"}, "several variables have the column"),
        ("clinical x", {**NUMBER, "decimals": 10**8}, "more than 6"),
        ("clinical x", {**NUMBER, "label": ""}, "one line"),
        ("clinical x", {**NUMBER, "label": "a\nb"}, "one line"),
        ("clinical x", {**TWO, "phrases": {"c": "C"}}, "phrases: c: 'c' is not one of a, b"),
        ("clinical x", {**TWO, "phrases": {"a": ""}}, "phrases: a: .* one line"),
        ("clinical x", {**NUMBER, "phrases": {}}, "unknown key 'phrases'"),
        ("regions External2 words", "a\nb", "External2: words: .* one line of at most 40"),
        ("models Clinical words", 7, "words .*not a text"),
        ("clinical X", NUMBER, "'X' is not a small letter"),
        ("models", {}, "models has 0 entries"),
        ("models x", {}, "models: x reads nothing"),
        ("models a:b", {"radiomics": ["Tumor"]}, "'a:b' is not"),
        ("models x", {"radiomics": ["External9"]}, "'External9' is not one of Tumor, External2"),
        ("models x", {"clinical": ["sex"]}, "sex cannot predict"),
        ("models x", {"clinical": ["shoe"]}, "'shoe' is not one of symptoms"),
        ("models x", {"log_odds": ["y"]}, "'y' is not one of"),
        ("models x", {"log_odds": ["x"]}, "x wait for each other"),
        (
            "models x",
            {"radiomics": ["Tumor"], "log_odds": ["Clinical"]},
            "x selects radiomic features and reads log-odds: give the features a model",
        ),
        (
            "models",
            {"a": {"network": ["Tumor"]}, **{b: {"log_odds": [a]} for a, b in ("ab", "bc", "cd")}},
            "d reads log-odds of log-odds of log-odds",
        ),
        ("clinical", None, "clinical is empty \\(null\\): fill it in"),
        ("clinical", {}, "models: Clinical: clinical: 'symptoms' is not known: there are none"),
        ("clinical age_years maximum", "99,5", "age_years: maximum is not a number: decimals are"),
        ("regions External2 ring hu_range", [-200, 5, 400], "an upper limit: decimals are"),
        ("headline", ["Best"], "'Best' is not one of Tumor_RAD"),
    ],
)
def test_a_wrong_entry_is_named(place, value, reason):
    content = shen2026().as_json()
    *above, last = place.split()
    entry = content
    for key in above:
        entry = entry[key]
    entry[last] = value
    with pytest.raises(MalformedError, match=reason):
        protocol_from(content)


def test_a_stranger_cannot_send_a_thousand_models():
    content = shen2026().as_json()
    content["models"] = {f"M{i}": {"radiomics": ["Tumor"]} for i in range(101)}
    with pytest.raises(MalformedError, match="101 entries"):
        protocol_from(content)


def test_many_models_still_have_colours():
    content = shen2026().as_json()
    content["models"] = {f"M{i}": {"radiomics": ["Tumor"]} for i in range(20)}
    content["headline"] = []
    assert all(model.color for model in protocol_from(content).models.values())


def test_null_removes_an_entry(tmp_path):
    text = "extends: shen2026\nname: mine\nmodels:\n  Combined:\nheadline: [Clinical]\n"
    protocol = extending(tmp_path, text)
    assert list(protocol.models) == list(shen2026().models)[:-1]
    assert protocol.title == "mine"


def test_yes_and_no_are_words(tmp_path):
    text = (
        "extends: shen2026\nname: mine\nclinical:\n"
        "  fever: {label: Fever, levels: {no: No, yes: Yes}, malignant: yes, plural: false}\n"
    )
    assert extending(tmp_path, text).clinical["fever"].choices == ("no", "yes", "unknown")


def test_a_whole_protocol_is_read_from_json(tmp_path):
    assert extending(tmp_path, json.dumps(shen2026().as_json()), "p.json") == shen2026()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("extends: shen2027\nname: x", "extends: 'shen2027' is not one of shen2026"),
        ("extends: shen2026", "a name of its own"),
        ("extends: shen2026\nname: shen2026", "a name of its own"),
        ("extends: shen2026\nname: x\nmodels: {Combind: null}", "Combind is not there to be"),
        ("extends: shen2026\nname: x\nregions: {External2: {ring: {width_mm: 010}}}", "number"),
        ("extends: shen2026\nname: x\nregions: {External2: {ring: {width_mm: 1_0}}}", "number"),
        ("extends: shen2026\nname: x\nregions: {External2: {ring: {width_mm: 1:30}}}", "number"),
        (
            "extends: shen2026\nname: x\nclinical: {a: {maximum: 0,5}}",
            "line 3: '5' .* decimals are",
        ),
        ("extends: shen2026\nname: x\nclinical: null", "'symptoms' is not known"),
        ("", "it is empty"),
        ("# nothing yet\n", "it is empty"),
        ("a: [", "not readable YAML .line 1"),
        ("a: 1\na: 2", "'a' comes twice"),
        ("1: x", "'1' is no name"),
        ("a: !!python/object:os.system {}", "tags, anchors"),
        ("a: &a [*a]", "tags, anchors"),
        ("[1]", "not an object"),
        ("\ud800", "not UTF-8"),
        ("[" * 5000, "not readable YAML"),
        ("#" * 2**19, "more than 262144 bytes"),
    ],
)
def test_a_file_that_is_no_protocol_is_named(tmp_path, text, reason):
    path = tmp_path / "mine.yaml"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(ProtocolError, match=rf"mine\.yaml is not a study protocol: .*{reason}"):
        read_protocol(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "it is empty"), ('{"name": "x", "width_mm": 0,5}', "line 1 .* decimals are written")],
)
def test_json_is_refused_as_clearly(tmp_path, text, reason):
    with pytest.raises(ProtocolError, match=rf"mine\.json is not a study protocol: .*{reason}"):
        extending(tmp_path, text, "mine.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"none\.yaml cannot be read"):
        read_protocol(tmp_path / "none.yaml")
