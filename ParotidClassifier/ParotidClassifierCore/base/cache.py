"""Keep what was read or computed, and know equal contents by one key."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

import numpy as np

Made = TypeVar("Made")


class Cache:
    """Keep the `most` entries that were used last, by key."""

    def __init__(self, most: int):
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made], state: object = None) -> Made:
        """Return what is kept under `key`, or make() where nothing is, or it is out of date.

        Args:
            make: gives what is then kept; nothing is where it raises.
            state: of what it is made from; an entry that was made in another one is out of date.
        """
        kept = self._kept.pop(key, None)
        if kept is None or kept[0] != state:
            kept = state, make()
        self._kept[key] = kept
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return kept[1]

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the keys of the entries as they are now."""
        return iter(list(self._kept))

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


class Same:
    """Stand for objects as a key or state: equal where they are the very same objects."""

    def __init__(self, *objects: object):
        self._objects = objects  # kept: the id of one that is gone may be another's

    def __hash__(self) -> int:
        return hash(tuple(map(id, self._objects)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and [*map(id, self._objects)] == [*map(id, other._objects)]


def content_key(*parts: object) -> str:
    """Return the SHA-256 of bytes, texts (in UTF-8), arrays (their values) and JSON values."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(_as_bytes(part))
    return digest.hexdigest()


def _as_bytes(part: object) -> Any:
    if isinstance(part, bytes):
        return part
    if isinstance(part, np.ndarray):
        return np.ascontiguousarray(part)
    return (part if isinstance(part, str) else json.dumps(part, sort_keys=True)).encode()
