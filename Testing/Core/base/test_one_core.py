"""Matrix arithmetic keeps to one core, and the process gets its others back."""

from ParotidClassifierCore.base.one_core import _blas, on_one_core
from threadpoolctl import threadpool_info, threadpool_limits


def test_one_core_ends_with_the_block():
    def threads():
        return [found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"]

    _blas.cache_clear()  # it knows the libraries that were loaded when it was first asked
    with threadpool_limits(2, user_api="blas"):
        assert set(threads()) == {2}
        with on_one_core():
            assert set(threads()) == {1}
        assert set(threads()) == {2}
