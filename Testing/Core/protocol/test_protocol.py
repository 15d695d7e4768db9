import copy
import pickle
import subprocess
import sys
from pathlib import Path

import ParotidClassifierCore
import pytest
from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.protocol import RingSettings, protocol_from, shen2026


def changed(**models):
    content = shen2026().as_json()
    content["models"] |= models
    return protocol_from(content)


def test_as_json_says_everything():
    assert protocol_from(shen2026().as_json()) == shen2026()
    assert changed(More={"radiomics": ["Tumor"]}) != shen2026()


def test_the_panel_needs_no_yaml():
    code = (
        "import sys; sys.modules['yaml'] = None\n"
        "from ParotidClassifierCore.protocol import shen2026; shen2026()"
    )
    core = Path(ParotidClassifierCore.__file__).parent
    subprocess.run([sys.executable, "-c", code], check=True, cwd=core.parent)


def test_the_order_of_models_is_content():
    content = shen2026().as_json()
    content["models"] = dict(reversed(content["models"].items()))
    assert protocol_from(content).hash != shen2026().hash


def test_a_protocol_survives_pickling():
    assert pickle.loads(pickle.dumps(shen2026())) == shen2026()  # noqa: S301


def test_the_malignant_level_is_coded_one():
    protocol = shen2026()
    malignant = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "with"}
    benign = {"symptoms": "without", "margin": "clear", "lymph_nodes": "without"}
    assert set(protocol.coded(protocol.record(malignant)).values()) == {1.0}
    assert set(protocol.coded(protocol.record(benign)).values()) == {0.0}
    assert set(protocol.coded(protocol.record({})).values()) == {None}


def test_a_number_is_its_own_code():
    protocol = changed(Old={"clinical": ["age_years"]})
    assert protocol.coded(protocol.record({"age_years": "61"}))["age_years"] == 61.0
    assert protocol.may_read("Old", "age_years")
    assert not protocol.may_read("Clinical", "age_years")


def test_a_record_survives_as_words():
    protocol = shen2026()
    record = protocol.record({"symptoms": "with", "age_years": 61, "sex": "unknown", "shape": None})
    assert dict(record) == {"symptoms": "with", "age_years": 61.0}
    assert protocol.words(record)["sex"] == "unknown"
    assert protocol.words(record)["max_diameter_cm"] is None
    assert protocol.record(protocol.words(record)) == record == copy.deepcopy(record)
    assert hash(record) == hash(copy.deepcopy(record))


def test_a_record_cannot_be_changed():
    with pytest.raises(TypeError):
        shen2026().record({})["sex"] = "male"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"symptoms": "yes"}, "'symptoms' has the value 'yes'.*'with', 'without', 'unknown'"),
        ({"sex": ["male"]}, "'sex' has the value"),
        *(
            ({"age_years": wrong}, "Give a number from 0 to 120 years, with a decimal point")
            for wrong in (10**400, 1e308, "1e308", 120.5, -1, "61,5")
        ),
        ({"max_diameter_cm": 23}, "'max_diameter_cm' has the value 23.*from 0 to 20 cm"),
        ({"colour": "red"}, "'colour' is not a clinical variable.*symptoms, margin"),
    ],
)
def test_a_wrong_value_is_named(words, reason):
    with pytest.raises(ClinicalValueError, match=reason):
        shen2026().record(words)


def test_a_record_of_other_levels_is_not_guessed():
    content = shen2026().as_json()
    content["clinical"]["symptoms"]["levels"] = {"none": "None", "pain": "Pain"}
    content["clinical"]["symptoms"] |= {"malignant": "pain", "reference": "none"}
    content["clinical"]["symptoms"]["phrases"] = {}
    with pytest.raises(ClinicalValueError, match="'with'"):
        protocol_from(content).coded(shen2026().record({"symptoms": "with"}))


def test_names_are_told_in_plain_words():
    protocol = shen2026()
    plain = [protocol.plain(name) for name in ("Tumor", "External2", "Combined", "Other")]
    assert plain == ["tumour", "ring (2 mm)", "image + clinical", "Other"]
    assert len({protocol.plain(name) for name in protocol.models}) == len(protocol.models)
    wider = protocol.with_ring(RingSettings(3.5, (-200, 400)))
    assert wider.plain("External2") == "ring (3.5 mm)"
    content = protocol.as_json()
    del content["regions"]["External2"]["words"], content["models"]["Combined"]["words"]
    bare = protocol_from(content)
    assert [bare.plain(name) for name in ("External2", "Combined")] == ["External2", "Combined"]


def test_what_is_known_of_the_models_inputs_is_told_in_words():
    content = shen2026().as_json()
    del content["clinical"]["symptoms"]["phrases"]
    content["models"]["Clinical"]["clinical"].append("age_years")
    known = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "unknown", "age_years": 54.0}
    assert protocol_from(content).phrases({**known, "sex": "male"}) == {
        "symptoms": "Symptoms: Yes",
        "margin_unclear": "Ill-defined margin",
        "age_years": "Age: 54 years",
    }
