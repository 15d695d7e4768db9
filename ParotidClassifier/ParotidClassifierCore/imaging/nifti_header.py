"""The header of a NIfTI file: its size, and the two places it may give its voxels in space.

After the NIfTI-1.1 header (nifti1.h, Cox et al. 2004).
"""

import itertools
import shutil
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .header_values import Coding, HeaderError, ImageHeader, inflated, is_gzip

# Bytes of one voxel by the code of its type.
_VOXEL_BYTES = {
    2: 1, 4: 2, 8: 4, 16: 4, 32: 8, 64: 8, 128: 3, 256: 1, 512: 2, 768: 4, 1024: 8, 1280: 8,
    1536: 16, 1792: 16, 2048: 32, 2304: 4,
}  # fmt: skip
# Where a value stands, and what it is.
_FIELDS = {
    "dim": (40, "8h"), "datatype": (70, "h"), "pixdim": (76, "8f"), "vox_offset": (108, "f"),
    "qform_code": (252, "h"), "sform_code": (254, "h"), "quatern": (256, "3f"),
    "qoffset": (268, "3f"), "srow": (280, "12f"),
}  # fmt: skip
_LENGTH = 348
_NIFTI_2 = 540
_ORDERS = {"<": "little", ">": "big"}  # struct's sign and the name of an order of bytes
_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])  # NIfTI's axes run right, anterior, superior
_UNIT = np.eye(3, 4)
# Both places are written in 32 bits and rounded; what is more is two places.
_SAME_PLACE = 0.2  # of a voxel


@dataclass(frozen=True)
class NiftiHeader(ImageHeader):
    """Of a NIfTI file.

    Attributes:
        qform: 4 × 4 matrix from voxels (x, y, z, 1) to LPS mm, by quaternion; None if not set.
        sform: likewise, as it stands in the header.
    """

    qform: np.ndarray | None = None
    sform: np.ndarray | None = None

    @property
    def has_unit_sform(self) -> bool:
        """Whether the sform was filled in and never meant, beside a qform that was."""
        sform = self.sform is not None and np.array_equal((_LPS @ self.sform)[:3], _UNIT)
        return sform and self.qform is not None

    def require_one_place(self) -> None:
        """Raise HeaderError where qform and sform put the voxels at different places."""
        if self.qform is None or self.sform is None or self.has_unit_sform:
            return
        ends = ((0, n - 1) for n in (*self.size, 1, 1)[:3])
        corners = np.array([*itertools.product(*ends, (1,))]).T
        apart = np.linalg.norm(((self.qform - self.sform) @ corners)[:3], axis=0).max()
        voxel = np.linalg.norm(self.qform[:3, :3], axis=0).min()
        if not apart <= _SAME_PLACE * voxel:
            raise HeaderError(
                f"its qform and its sform put it at two places, {apart:.3g} mm apart, and programs "
                "differ in which they follow",
                "Find out which is right, and save it with that one alone; best convert the DICOM "
                "series again, and outline the lesion on the new image.",
            )


def read_nifti(path: Path) -> NiftiHeader:
    """Return the header of a NIfTI file, compressed or not, whatever its name says."""
    zipped = is_gzip(path)
    content = _beginning(path, zipped)
    order = _order(content)

    def value(name: str) -> tuple:
        at, kind = _FIELDS[name]
        return struct.unpack_from(order + kind, content, at)

    count, *lengths = value("dim")
    (datatype,), (start,) = value("datatype"), value("vox_offset")
    if not 1 <= count <= 7 or datatype not in _VOXEL_BYTES or not 0 <= start < 2**31:
        raise HeaderError("its header is damaged")
    header = NiftiHeader(
        image_io="NiftiImageIO",
        voxels=path,
        size=tuple(lengths[:count]),
        voxel_bytes=_VOXEL_BYTES[datatype],
        start=max(int(start), _LENGTH),
        coding=Coding.DEFLATED if zipped else Coding.RAW,
        compressed_whole=zipped,
        qform=_qform(value),
        sform=_LPS @ [*np.reshape(value("srow"), (3, 4)), (0, 0, 0, 1)]
        if value("sform_code")[0] > 0
        else None,
    )
    header.require_one_place()
    return header


def lay_plain(path: Path, folder: Path, placed: bool = True) -> Path:
    """Write a copy of a NIfTI into a folder, uncompressed, and return its path.

    Args:
        placed: False leaves out the places that its header gives.
    """
    copy = folder / "image.nii"
    with path.open("rb") as stream, copy.open("wb") as plain:
        if is_gzip(path):
            plain.writelines(inflated(stream))
        else:
            shutil.copyfileobj(stream, plain)
        for name in () if placed else ("qform_code", "sform_code"):
            plain.seek(_FIELDS[name][0])
            plain.write(bytes(2))
    return copy


def _beginning(path: Path, zipped: bool) -> bytes:
    """Return the bytes of the header."""
    content = b""
    with path.open("rb") as stream:
        if not zipped:
            return stream.read(_LENGTH)
        try:
            for piece in inflated(stream):
                content += piece
                if len(content) >= _LENGTH:
                    break
        except (EOFError, zlib.error) as error:
            raise HeaderError(f"it is damaged where it is compressed ({error})") from error
    return content[:_LENGTH]


def _order(content: bytes) -> str:
    """Return struct's sign for the order of bytes.

    The voxels of a NIfTI of two files (magic ni1) would be looked for elsewhere.
    """
    lengths = {sign: int.from_bytes(content[:4], name) for sign, name in _ORDERS.items()}
    for sign, length in lengths.items():
        if length == _LENGTH <= len(content) and content[344:347] == b"n+1":
            return sign
    if _NIFTI_2 in lengths.values():
        raise HeaderError("it is NIfTI-2", "Save it as NIfTI-1 or as NRRD.")
    raise HeaderError("it is no NIfTI of one file")


def _qform(value) -> np.ndarray | None:
    """Return the place by quaternion (nifti1.h, method 2)."""
    from scipy.spatial.transform import Rotation  # takes a fifth of a second

    if value("qform_code")[0] <= 0:
        return None
    b, c, d = value("quatern")
    if not np.isfinite([b, c, d]).all():
        raise HeaderError("its header is damaged")
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = Rotation.from_quat([b, c, d, a]).as_matrix()
    handed, *spacing = value("pixdim")[:4]
    affine = np.eye(4)
    affine[:3, :3] = rotation * spacing * (1, 1, -1 if handed < 0 else 1)
    affine[:3, 3] = value("qoffset")
    return _LPS @ affine
