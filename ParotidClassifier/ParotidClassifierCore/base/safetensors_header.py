"""Check network weights by their header, without reading a tensor or importing torch."""

import math
from typing import Any

from .strict_json import MalformedError, as_count, as_items, as_object, parsed

NETWORK = "network.safetensors"  # what a bundle calls the weights
LARGEST_NETWORK_BYTES = 64 * 2**20
METADATA = "__metadata__"
_LENGTH_BYTES = 8
_LARGEST_HEADER = 2**20
_BYTES_OF_TYPE = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}
_MOST_AXES = 8


def header_of(content: bytes) -> bytes:
    """Return the JSON at the beginning of a safetensors file, unchecked."""
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    return content[_LENGTH_BYTES : _LENGTH_BYTES + length]


def check_safetensors(content: bytes) -> dict[str, Any]:
    """Refuse weights that are not one whole safetensors file; return its header.

    Raises:
        MalformedError: says what the content is instead.
    """
    length, header = int.from_bytes(content[:_LENGTH_BYTES], "little"), header_of(content)
    if length > _LARGEST_HEADER or len(header) < length or not header.startswith(b"{"):
        raise MalformedError(_what_it_is(content))
    fields = parsed(header)
    tensors = {name: tensor for name, tensor in fields.items() if name != METADATA}
    end = 0
    for start, stop in sorted(_checked_tensor(name, tensor) for name, tensor in tensors.items()):
        if start != end:
            raise MalformedError("its tensors leave gaps or share bytes")
        end = stop
    if end != len(data_of(content)):
        raise MalformedError("its tensors do not fill it")
    return fields


def data_of(content: bytes) -> memoryview:
    """Return the tensors' bytes of a checked safetensors file, which its offsets count."""
    return memoryview(content)[_LENGTH_BYTES + len(header_of(content)) :]


def _checked_tensor(name: str, tensor: object) -> tuple[int, int]:
    """Return where the tensor's data begin and end, in bytes behind the header."""
    where = f"the tensor {name!r}"
    fields = as_object(tensor, where)
    size = _BYTES_OF_TYPE.get(str(fields.get("dtype")))
    if size is None:
        raise MalformedError(f"{where} is of an unknown type")
    shape = [as_count(n, where) for n in as_items(fields.get("shape"), where, _MOST_AXES)]
    offsets = [as_count(n, where) for n in as_items(fields.get("data_offsets"), where, 2)]
    if len(offsets) != 2 or offsets[1] - offsets[0] != math.prod(shape) * size:
        raise MalformedError(f"{where} has a shape that does not fit its data")
    return offsets[0], offsets[1]


def _what_it_is(content: bytes) -> str:
    # torch.save writes a zip, or in its old form a pickle: byte 0x80 and the protocol's number.
    if content.startswith(b"PK") or (content[:1] == b"\x80" and content[1:2] in b"\1\2\3\4\5"):
        return (
            "it is a pickle (PyTorch's .pt or .pth), which can run any program when loaded, "
            "where safetensors must be"
        )
    return "it is not a safetensors file"
