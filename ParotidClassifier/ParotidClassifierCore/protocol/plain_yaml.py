"""Reading YAML from a stranger: mappings, lists, texts and numbers, and nothing else it can say."""

import re
import reprlib
from functools import lru_cache
from typing import Any

from ..base.strict_json import MalformedError

_NUMBERS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "int", "float")}
_TRUE_OR_FALSE = re.compile("(true|false)$")  # yes and no are words, the levels of a variable


def parsed_yaml(text: str) -> Any:
    """Return what `text` holds.

    Raises:
        MalformedError: it is not YAML, has tags, anchors or aliases, a name twice or one that is
            no text.
    """
    import yaml

    try:
        return yaml.load(text, _plain_loader())  # noqa: S506  stricter than the safe loader it is
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f" (line {mark.line + 1}: {problem})" if mark and problem else ""
        raise MalformedError(f"it is not readable YAML{where}") from error


@lru_cache(maxsize=1)
def _plain_loader() -> type:
    import yaml

    class PlainLoader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012  as PyYAML has it
            first: [(tag, pattern) for tag, pattern in known if tag in _NUMBERS]
            for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

        def compose_node(self, parent, index):
            event = self.peek_event()
            if event.anchor or getattr(event, "tag", None):  # an alias has the anchor it repeats
                raise yaml.MarkedYAMLError(
                    problem="tags, anchors and aliases are not read", problem_mark=event.start_mark
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node, deep=False):
            seen = []
            for key, _ in node.value:
                problem = "comes twice" if key.value in seen else "is no name: put it in quotes"
                if key.value in seen or not key.tag.endswith(":str"):
                    raise yaml.MarkedYAMLError(
                        problem=f"{reprlib.repr(key.value)} {problem}", problem_mark=key.start_mark
                    )
                seen.append(key.value)
            return super().construct_mapping(node, deep)

    PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", _TRUE_OR_FALSE, list("tf"))
    return PlainLoader
