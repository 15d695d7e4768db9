"""Reading YAML from a stranger: mappings, lists, texts and numbers, and nothing else it can say."""

import re
import reprlib
from functools import lru_cache
from typing import Any

from ..base.strict_json import DECIMAL_POINT, MalformedError

_TAG = "tag:yaml.org,2002:"
# What is no text. Yes and no are words, the levels of a variable; 010, 1_0 and 1:30 are numbers
# to YAML 1.1 alone, and others than they look like.
_PLAIN = {
    "null": (re.compile("(~|null|)$"), ["~", "n", ""]),
    "bool": (re.compile("(true|false)$"), list("tf")),
    "int": (re.compile("[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")),
    "float": (
        re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*([eE][-+][0-9]+)?|[eE][-+]?[0-9]+)$"),
        list("-+0123456789"),
    ),
}


def parsed_yaml(text: str) -> Any:
    """Return what `text` holds.

    Raises:
        MalformedError: it is not YAML, has tags, anchors or aliases, a name twice or one that is
            no text.
    """
    import yaml

    try:
        return yaml.load(text, _plain_loader())  # noqa: S506  stricter than the safe loader it is
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f" (line {mark.line + 1}: {problem})" if mark and problem else ""
        raise MalformedError(f"it is not readable YAML{where}") from error


@lru_cache(maxsize=1)
def _plain_loader() -> type:
    import yaml

    class PlainLoader(yaml.SafeLoader):
        yaml_implicit_resolvers = {}  # noqa: RUF012  as PyYAML has it

        def compose_node(self, parent, index):
            event = self.peek_event()
            if event.anchor or getattr(event, "tag", None):  # an alias has the anchor it repeats
                raise yaml.MarkedYAMLError(
                    problem="tags, anchors and aliases are not read", problem_mark=event.start_mark
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node, deep=False):
            seen = set()
            for key, _ in node.value:
                is_name = key.tag == f"{_TAG}str"
                if not is_name or key.value in seen:
                    unquoted = f"is no name: put it in quotes; {DECIMAL_POINT}"
                    problem = "comes twice" if is_name else unquoted
                    raise yaml.MarkedYAMLError(
                        problem=f"{reprlib.repr(key.value)} {problem}", problem_mark=key.start_mark
                    )
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    for kind, (pattern, first) in _PLAIN.items():
        PlainLoader.add_implicit_resolver(_TAG + kind, pattern, first)
    return PlainLoader
