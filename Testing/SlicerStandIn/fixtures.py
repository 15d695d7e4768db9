"""Pytest's side of the stand-in, shared by the self tests and the stand-in's own tests."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from . import application
from .dialogs import dialogs
from .failures import hidden_errors

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def only_new_garbage() -> Iterator[None]:
    """Within it only what is made from now on is collected: to go through all libraries takes long.

    What was there before and is dropped within is collected at the end.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.collect()


@contextmanager
def one_test() -> Iterator[None]:
    """Run one test on an empty scene; fail it for errors that Qt and VTK only print."""
    app = application.start()
    hidden_errors.take()
    dialogs.forget()
    yield
    application.clear_scene()
    app.processEvents()
    gc.collect()
    application.forget_answers()
    errors = hidden_errors.take()
    if errors:
        pytest.fail("errors that were only printed:\n\n" + "\n\n".join(errors), pytrace=False)
    if dialogs.unused_answers:
        pytest.fail(f"{dialogs.unused_answers} answers to dialogs that never came", pytrace=False)
