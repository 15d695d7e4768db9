"""slicer.i18n: texts in the language of the application, and a marker language for tests."""

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_logger = logging.getLogger("slicer")

_OPEN, _CLOSE = "⟦", "⟧"
_INNERMOST = re.compile(f"{_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE}")
_PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")


def _english(context: str, text: str) -> str:
    return text


class _Language:
    """The language that texts are shown in: a function of context and English text."""

    current: Callable[[str, str], str] = staticmethod(_english)


def translate(context: str, text: str) -> str:
    """Return the text of a translation context in the current language."""
    return _Language.current(context, text)


def getContext(sourceFile: str) -> str:
    """Return the translation context of a source file: its name, after its package's if any."""
    path = Path(sourceFile)
    in_package = path.is_file() and (path.parent / "__init__.py").is_file()
    return f"{path.parent.name}.{path.stem}" if in_package else path.stem


def tr(text: str) -> str:
    """Return a text of the calling file in the current language.

    A translation that lost or changed a placeholder is not used, so that .format() never fails.
    """
    caller = inspect.currentframe().f_back
    context = getContext(inspect.getsourcefile(caller) or inspect.getfile(caller))
    translated = translate(context, text)
    if set(_PLACEHOLDER.findall(text)) == set(_PLACEHOLDER.findall(translated)):
        return translated
    _logger.warning(
        "Translation of %r in context %r has other placeholders: %r", text, context, translated
    )
    return text


@contextmanager
def language(translation: Callable[[str, str], str]) -> Iterator[None]:
    """Show all texts made within the block in another language (for tests only).

    Args:
        translation: gives the text to show for a context and an English text.
    """
    before = _Language.current
    _Language.current = staticmethod(translation)
    try:
        yield
    finally:
        _Language.current = before


def marked(context: str, text: str) -> str:
    """Return a text in the marker language: itself between ⟦ and ⟧."""
    return f"{_OPEN}{text}{_CLOSE}"


def is_marked(text: str) -> bool:
    """Tell whether every word of a shown text, rich or plain, came through a translation.

    Texts may be put together from several translated ones, from numbers and from signs.
    """
    outside = re.sub(r"<[^>]*>|&\w+;", " ", text)
    while (inner := _INNERMOST.sub("", outside)) != outside:
        outside = inner
    return not re.search(r"[^\W\d_]{2,}", outside)
