"""The project's Markdown as a reader on GitHub meets it: headings, links, pictures, commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "Resources" / "Docs"

_FENCE = re.compile(r"^( *)```(\w*)\s*$")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()]*\))?)\)")
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
_CODE_SPAN = re.compile(r"`([^`]+)`")
_ITALIC = re.compile(r"(?<![\w*])\*(\w[^*]*?)\*(?!\w)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        language: what stands behind the fence; may be empty.
        lines: as they stand, without the fence's own indentation.
    """

    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Path from the repository's root."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def _parts(self) -> tuple[list[str], list[Block]]:
        """Return the lines outside fenced blocks, and the blocks."""
        prose, blocks, inside = [], [], None
        for line in self.path.read_text("utf-8").splitlines():
            fence = _FENCE.match(line)
            if fence and inside is None:
                inside = (len(fence[1]), fence[2], [])
            elif fence:
                blocks.append(Block(inside[1], tuple(inside[2])))
                inside = None
            elif inside is not None:
                inside[2].append(line[inside[0] :])
            else:
                prose.append(line)
        assert inside is None, f"{self.name}: a fenced block has no end"
        return prose, blocks

    @property
    def prose(self) -> str:
        """Everything outside fenced blocks."""
        return "\n".join(self._parts[0])

    @property
    def blocks(self) -> list[Block]:
        """The fenced blocks."""
        return self._parts[1]

    @property
    def headings(self) -> list[str]:
        """Texts of the headings, as they stand."""
        return [found[1] for line in self._parts[0] if (found := _HEADING.match(line))]

    @property
    def anchors(self) -> set[str]:
        """What can stand behind a # to lead to a heading, as GitHub names it."""
        anchors: set[str] = set()
        for heading in self.headings:
            text = _LINK.sub(lambda found: found[0].partition("](")[0].strip("!["), heading)
            slug = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
            again = (f"{slug}-{n}" for n in range(1, 100))
            anchors.add(slug if slug not in anchors else next(a for a in again if a not in anchors))
        return anchors

    @property
    def links(self) -> list[str]:
        """Where links and pictures lead."""
        without_code = _CODE_SPAN.sub("", self.prose)
        return [*_LINK.findall(without_code), *_IMAGE.findall(without_code)]

    @property
    def code_spans(self) -> list[str]:
        """What stands between backticks in the prose; may run over the end of a line."""
        return [" ".join(span.split()) for span in _CODE_SPAN.findall(self.prose)]

    @property
    def italics(self) -> list[str]:
        """What stands in italics in the prose, such as the words on a button."""
        without_code = _CODE_SPAN.sub("", self.prose).replace("**", "")
        return [" ".join(found.split()) for found in _ITALIC.findall(without_code)]

    @property
    def options(self) -> set[str]:
        """Options of command lines that are named anywhere in the prose."""
        return set(_OPTION.findall(self.prose))

    @property
    def commands(self) -> list[str]:
        """The commands in blocks of the language sh, one a line, without their comments."""
        return [
            command
            for block in self.blocks
            if block.language == "sh"
            for command in _commands(block.lines)
        ]

    def table(self, first_cell: str) -> list[list[str]]:
        """Return the rows (cells) of the table whose head begins with `first_cell`."""
        rows, inside = [], False
        for line in self._parts[0]:
            cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            if line.startswith("|") and cells[0] == first_cell:
                inside = True
            elif inside and not line.startswith("|"):
                break
            elif inside and not line.startswith("|-"):
                rows.append(cells)
        assert rows, f"{self.name} has no table that begins with {first_cell!r}"
        return rows


def documents() -> list[Document]:
    """Return README and Docs, in the order in which they are to be read."""
    index = DOCS / "README.md"
    others = sorted(path for path in DOCS.glob("*.md") if path != index)
    return [Document(path) for path in (README, index, *others)]


def _commands(lines: tuple[str, ...]) -> Iterator[str]:
    joined = "\n".join(lines).replace("\\\n", " ")
    for line in joined.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield shlex.join(words)
