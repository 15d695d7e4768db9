"""What was made is kept while it is used and up to date; equal contents have equal keys."""

import hashlib

import numpy as np
import pytest
from ParotidClassifierCore.base.cache import Cache, Same, content_key


def test_what_was_used_last_is_kept():
    cache, made = Cache(2), []

    def get(key):
        return cache.get(key, lambda: made.append(key) or [key])

    assert get("a") is get("a")
    get("b"), get("a"), get("c")
    assert made == ["a", "b", "c"]
    assert [*cache] == ["a", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"]


def test_another_state_makes_it_anew():
    cache = Cache(2)
    assert cache.get("key", lambda: 1, state="before") == 1
    assert cache.get("key", lambda: 2, state="before") == 1
    assert cache.get("key", lambda: 2, state="after") == 2
    assert [*cache] == ["key"]


def test_a_failure_is_not_kept():
    cache = Cache(1)
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: 1 / 0)
    assert cache.get("key", lambda: 3) == 3


def test_same_means_the_very_same_objects():
    one, equal = np.zeros(2), np.zeros(2)
    assert Same(one, None) == Same(one, None)
    assert hash(Same(one)) == hash(Same(one))
    assert Same(one) != Same(equal)
    assert Same(one) != Same(one, None)


def test_a_content_key_is_the_sha_256_of_all_parts():
    array = np.arange(6, dtype="<i2").reshape(2, 3)[:, ::-1]
    expected = hashlib.sha256(b"a\xc3\xa4" + np.ascontiguousarray(array).tobytes() + b'{"k": 1}')
    assert content_key("a", "ä".encode(), array, {"k": 1}) == expected.hexdigest()
