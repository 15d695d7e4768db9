"""A third region is a protocol's file and no code: from its ring to what the network says of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.answers import made_answer
from fixtures.bundles import made_bundle
from fixtures.cases import ball_case, ball_mask
from fixtures.networks import drawn_network
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.app.case_options import case_of
from ParotidClassifierCore.app.options import build_parser
from ParotidClassifierCore.case.grid import draw_regions, prepare
from ParotidClassifierCore.case.loading import load_case_folder
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.imaging.choosing import Sought
from ParotidClassifierCore.imaging.masks import load_mask, save_segmentation
from ParotidClassifierCore.prediction.stability import drawn_again
from ParotidClassifierCore.protocol import ClinicalRecord, read_protocol
from ParotidClassifierCore.radiomics.extraction import extract
from ParotidClassifierCore.reporting.overview import save_overview
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.reading import Reading
from scipy import ndimage

THIRD = read_protocol(Path(__file__).parents[1] / "Data" / "protocols" / "third-region.yaml")
REGIONS = ["Tumor", "External2", "External5"]


@pytest.fixture(scope="module")
def case():
    return ball_case(6.0, size=(50, 46, 14))


@pytest.fixture(scope="module")
def prepared(case):
    return prepare(case, THIRD)


def test_each_ring_reaches_as_far_as_its_width(prepared):
    grid = prepared.grid
    assert list(grid.masks) == REGIONS
    distance = ndimage.distance_transform_edt(~grid.tumor)
    for region, width in (("External2", 2.0), ("External5", 5.0)):
        reached = distance[grid.mask(region)]
        assert (reached.min(), reached.max()) == (1.0, width)
    assert not (grid.mask("External2") & ~grid.mask("External5")).any()


def test_a_ring_around_a_ring_begins_where_that_ends(case):
    outer = replace(THIRD.regions["External5"], around=("External2",))
    drawn = draw_regions(case, replace(THIRD, regions={**THIRD.regions, "External5": outer}))
    distance = ndimage.distance_transform_edt(~drawn.masks["Tumor"])
    reached = distance[drawn.masks["External5"]]
    assert reached.min() > 2.0
    assert 6.0 < reached.max() <= 7.0


def test_overlapping_regions_are_stored_whole(prepared, tmp_path):
    path = tmp_path / "regions.seg.nrrd"
    save_segmentation(path, prepared.grid.masks, prepared.grid.geometry, THIRD.regions)
    for name, mask in prepared.grid.masks.items():
        stored = sitk.GetArrayFromImage(load_mask(path, Sought.of(THIRD, name)))
        assert np.array_equal(stored != 0, mask)


def test_a_drawn_ring_is_kept_by_its_name(case, prepared, tmp_path):
    drawn = replace(case, rings={"External5": ball_mask(case.ct, 14.0)})
    save_case_folder(tmp_path / "case", drawn, protocol=THIRD)
    again = load_case_folder(tmp_path / "case", protocol=THIRD)
    assert list(again.rings) == ["External5"]
    found = prepare(again, THIRD)
    assert found.grid.mask("External2").sum() == prepared.grid.mask("External2").sum()
    assert found.grid.mask("External5").sum() > 1.5 * prepared.grid.mask("External5").sum()
    told = [finding.message for finding in found.findings]
    assert "External5 was taken as given, not computed." in told
    assert not load_case_folder(tmp_path / "case").rings


def test_a_drawn_ring_is_given_by_its_name(case, tmp_path):
    sitk.WriteImage(case.ct, str(tmp_path / "ct.nrrd"))
    sitk.WriteImage(case.tumor, str(tmp_path / "tumor.nrrd"))
    rings = {"External2": 8.0, "External5": 11.0}
    for name, radius in rings.items():
        sitk.WriteImage(ball_mask(case.ct, radius), str(tmp_path / f"{name}.nrrd"))
    words = [
        "--ct", tmp_path / "ct.nrrd", "--tumor", tmp_path / "tumor.nrrd",
        "--ring", tmp_path / "External2.nrrd", "--ring", f"External5={tmp_path / 'External5.nrrd'}",
    ]  # fmt: skip
    asked = build_parser().parse_args(["predict", *map(str, words), "--out", str(tmp_path)])
    found = case_of(asked, protocol=THIRD).rings
    sizes = {name: int(sitk.GetArrayViewFromImage(mask).sum()) for name, mask in found.items()}
    masks = {name: ball_mask(case.ct, radius) for name, radius in rings.items()}
    assert sizes == {n: int(sitk.GetArrayViewFromImage(mask).sum()) for n, mask in masks.items()}


def test_its_features_are_those_of_its_voxels(prepared):
    grid = prepared.grid
    columns = [f"{region}_original_firstorder_Mean" for region in REGIONS]
    values = extract(grid, columns)
    for region, column in zip(REGIONS, columns, strict=True):
        assert values[column] == pytest.approx(grid.ct[grid.mask(region)].mean())


def test_every_head_reads_its_own_regions(prepared):
    from ParotidClassifierCore.network.inputs import network_input

    network = drawn_network(1, THIRD)
    inputs = network_input(prepared.grid, network.regions)
    assert inputs.shape == (3, 16, 96, 96)
    whole = network.read(inputs).logits
    for place, region in enumerate(REGIONS):
        other = inputs.copy()
        other[place] = 0
        changed = (network.read(other).logits != whole).tolist()
        assert changed == [region in regions for regions in THIRD.network_heads.values()]


def test_its_network_is_stored_and_read_again():
    from ParotidClassifierCore.base.errors import BundleError
    from ParotidClassifierCore.network.weights import load_network, stored_network

    stored = stored_network(drawn_network(1, THIRD))
    assert load_network(stored, THIRD).head_regions == THIRD.network_heads
    with pytest.raises(BundleError, match="unknown tensor"):
        load_network(stored, PROTOCOL)


def test_all_rings_get_wider_and_narrower_alike(case, prepared):
    changes = []
    for seed in range(4):
        _, protocol = drawn_again(case, prepared, np.random.default_rng(seed))
        changes.append([ring.ring.width_mm for ring in protocol.rings])
    assert len({width for width, _ in changes}) == 4
    assert [wide - narrow for narrow, wide in changes] == pytest.approx([3.0] * 4)


def test_what_is_kept_of_a_case_hangs_on_its_regions(tmp_path):
    for name in ("ct", "tumor"):
        (tmp_path / name).write_text(name)
    renamed = replace(THIRD, name="other", clinical={})
    row = CohortCase("a", tmp_path / "ct", tmp_path / "tumor", False, "train", ClinicalRecord())
    keys = [Reading(protocol, row).key for protocol in (PROTOCOL, THIRD, renamed)]
    assert keys[0] != keys[1] == keys[2]


def test_the_picture_names_every_region(prepared, tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    shown = []
    write = Figure.text
    monkeypatch.setattr(
        Figure, "text", lambda self, x, y, s, **k: (shown.append(s), write(self, x, y, s, **k))[1]
    )
    found = made_answer(made_bundle(), {})
    bundle = replace(found.bundle, protocol=THIRD)
    save_overview(tmp_path / "overview.png", replace(found, bundle=bundle, prepared=prepared))
    assert set(REGIONS) <= set(shown)
