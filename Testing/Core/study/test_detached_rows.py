"""A row of a cohort whose images lie in two files, a header and its voxels."""

import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.protocol import ClinicalRecord
from ParotidClassifierCore.reporting.answering import Asked
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.one_case import CaseWork, NamedBundle
from ParotidClassifierCore.study.reading import Reading, content_hash


@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
def test_the_voxels_beside_a_header_are_part_of_what_a_case_is_known_by(tmp_path, suffix):
    ct = tissue_ct(size=(24, 22, 12))
    sitk.WriteImage(ct, str(tmp_path / f"ct{suffix}"))
    sitk.WriteImage(ball_mask(ct, 5.0), str(tmp_path / f"tumor{suffix}"))
    paths = [tmp_path / f"{name}{suffix}" for name in ("ct", "tumor")]

    def known_by():
        case = CohortCase("a", *paths, False, "test", ClinicalRecord())
        bundle = NamedBundle(tmp_path, "hash")
        work = CaseWork(case, tmp_path / "out", bundle, None, Asked())
        return content_hash(paths[0]), Reading(PROTOCOL, case).key, work.key()

    keys = [known_by()]
    assert known_by() == keys[0]
    for name in ("ct.raw", "tumor.raw"):
        voxels = bytearray((tmp_path / name).read_bytes())
        voxels[40] ^= 1
        (tmp_path / name).write_bytes(voxels)
        keys.append(known_by())
    assert len({reading for _, reading, _ in keys}) == 3
    assert len({work for *_, work in keys}) == 3
    assert keys[0][0] != keys[1][0]
