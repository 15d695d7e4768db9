"""How the training cases were made is kept in a bundle, and a case made otherwise is told."""

import dataclasses
import json

import pytest
from Core.models.made_models import a_bundle
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle
from ParotidClassifierCore.dicom.source import Acquisition
from ParotidClassifierCore.models.acquisitions import TrainingAcquisitions, acquisitions_of

TRAINED = acquisitions_of(
    [
        Acquisition("GE", "CT750", 120.0, 5.0, "STANDARD", phase="arterial"),
        Acquisition("GE", "CT750", 100.0, 5.0, "STANDARD", phase="arteriell"),
        Acquisition("SIEMENS", "Flash", 120.0, 4.0, "I30f", phase="contrast"),
        Acquisition(),
        None,
    ]
)
LIKE_THEM = Acquisition("GE", "Revolution", 110.0, 5.0, "STANDARD", phase="art")


def test_values_are_counted_and_ranges_kept():
    assert (
        TrainingAcquisitions(
            4,
            {
                "manufacturer": {"GE": 2, "SIEMENS": 1},
                "model": {"CT750": 2, "Flash": 1},
                "kernel": {"I30f": 1, "STANDARD": 2},
                "phase": {"arterial": 2, "enhanced": 1},
            },
            {"kvp": (100.0, 120.0), "slice_thickness_mm": (4.0, 5.0)},
        )
        == TRAINED
    )


def test_a_ct_made_as_they_were_is_no_finding():
    assert TRAINED.findings(LIKE_THEM) == []


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ({"kernel": "B70f"}, "kernel B70f, not STANDARD or I30f"),
        ({"manufacturer": "Philips"}, "a scanner by Philips, not GE or SIEMENS"),
        ({"phase": "venös"}, "venous phase, not arterial or enhanced"),
        ({"kvp": 80.0}, "80 kV, not 100 to 120 kV"),
        ({"slice_thickness_mm": 1.0}, "slices of 1 mm, not 4 to 5 mm"),
    ],
)
def test_what_is_unlike_them_is_told_in_words(fact, words):
    (found,) = TRAINED.findings(dataclasses.replace(LIKE_THEM, **fact))
    assert found.code == "acquisition_unlike_training"
    assert found.severity.value == "warning"
    assert words in found.message


def test_what_is_not_known_on_either_side_is_not_compared():
    assert TRAINED.findings(Acquisition()) == []
    assert acquisitions_of([None]).findings(LIKE_THEM) == []
    assert acquisitions_of([Acquisition()]).findings(LIKE_THEM) == []


def saved(tmp_path, acquisitions):
    bundle = a_bundle()
    reference = dataclasses.replace(bundle.reference, acquisitions=acquisitions)
    save_bundle(dataclasses.replace(bundle, reference=reference), tmp_path / "b")
    return tmp_path / "b"


def test_a_bundle_keeps_them(tmp_path):
    assert load_bundle(saved(tmp_path, TRAINED)).reference.acquisitions == TRAINED


def test_a_bundle_that_knows_none_is_the_same_file_as_before(tmp_path):
    folder = saved(tmp_path, acquisitions_of([None, None]))
    assert "acquisitions" not in json.loads((folder / "reference.json").read_text("utf-8"))
    assert load_bundle(folder).reference.acquisitions == TrainingAcquisitions()


def test_words_that_no_bundle_may_hold_are_written_otherwise(tmp_path):
    made = [Acquisition(kernel="B\x1b[2J30"), Acquisition(model="M" * 5000)]
    known = acquisitions_of(made)
    save_bundle(
        a_bundle(reference=dataclasses.replace(a_bundle().reference, acquisitions=known)), tmp_path
    )
    assert load_bundle(tmp_path).reference.acquisitions == known
    assert known.findings(made[0]) == known.findings(made[1]) == []
