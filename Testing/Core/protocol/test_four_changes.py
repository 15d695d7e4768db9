"""What a hospital may want to change is one file, and no code."""

import json

import pytest
from fixtures.protocols import changed_protocol
from ParotidClassifierCore.protocol import ColumnKind, protocol_from, shen2026

NAMES = ("ring-3mm", "twelfth-model", "skin-infiltration", "third-region")


def lines(protocol):
    return [(model.color, model.dash) for model in protocol.models.values()]


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_can_carry_it(name):
    protocol = changed_protocol(name)
    assert protocol_from(json.loads(json.dumps(protocol.as_json()))) == protocol != shen2026()
    assert (protocol.name, protocol.source) == (name, shen2026().source)
    assert len(set(lines(protocol))) == len(protocol.models)


def test_a_wider_ring():
    protocol = changed_protocol("ring-3mm")
    (ring,) = protocol.rings
    assert (ring.ring.width_mm, ring.ring.hu_range) == (3.0, (-100.0, 300.0))
    assert ring.color == shen2026().rings[0].color
    assert protocol.models == shen2026().models


def test_a_twelfth_model():
    protocol = changed_protocol("twelfth-model")
    name = "Clinical+Tumor_RAD"
    assert list(protocol.models) == [*shen2026().models, name]
    assert lines(protocol)[:-1] == lines(shen2026())
    assert protocol.models[name].kinds == (ColumnKind.RADIOMIC, ColumnKind.CLINICAL)
    assert protocol.may_read(name, "Tumor_original_shape_MeshVolume")
    assert protocol.may_read(name, "margin_unclear")
    assert not protocol.may_read(name, "External2_original_shape_MeshVolume")
    assert not protocol.may_read(name, "network:Tumor_DL")


def test_a_fourth_finding():
    protocol = changed_protocol("skin-infiltration")
    assert list(protocol.predictors) == [*shen2026().predictors, "skin_infiltration"]
    variable = protocol.predictors["skin_infiltration"]
    assert (variable.question, variable.phrase) == ("Skin infiltration", "skin infiltration")
    assert variable.from_reference == ("without", "with")
    assert variable.frequency["malignant"] == 0.25
    assert protocol.coded(protocol.record({"skin_infiltration": "with"}))[variable.column] == 1.0
    assert protocol.may_read("Combined", "skin_infiltration")
    assert not shen2026().may_read("Combined", "skin_infiltration")


def test_a_third_region():
    protocol = changed_protocol("third-region")
    assert list(protocol.regions) == ["Tumor", "External2", "External5"]
    region = protocol.regions["External5"]
    assert (region.ring.width_mm, region.around) == (5.0, ("Tumor",))
    assert (region.category, region.kind) == (protocol.regions["External2"].category,) * 2
    assert len({region.color for region in protocol.regions.values()}) == 3
    heads = {"External5_DL": ("External5",), "Tumor+External5_DL": ("Tumor", "External5")}
    assert protocol.network_heads == shen2026().network_heads | heads
    assert protocol.may_read("Tumor+External5_RAD+DL", "External5_original_shape_MeshVolume")
    assert protocol.may_read("Tumor+External5_RAD+DL", "deep:Tumor+External5_DL:3")
    assert not protocol.may_read("Tumor+External5_RAD+DL", "External2_original_shape_MeshVolume")


def test_combined_comes_after_what_it_reads():
    protocol = changed_protocol("third-region")
    assert list(protocol.models)[-1] == "Combined"
    assert protocol.may_read("Combined", "log_odds:Tumor+External5_RAD+DL")
    assert not protocol.may_read("Combined", "log_odds:Tumor+External2_RAD+DL")
