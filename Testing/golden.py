"""What the program writes as text, without what differs from run to run, and its comparison.

Pictures are told by their size; volumes, tensors and long rows of numbers by a few numbers of them.
Nothing here knows how the program is laid out.
"""

import contextlib
import csv
import difflib
import io
import json
import os
import re
import runpy
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pydicom
import pypdf
import pytest
import SimpleITK as sitk
from safetensors.numpy import load_file

GOLDEN = Path(__file__).parent / "Golden"
_LONG, _LONGEST = 24, 2000  # items and rows beyond which a few numbers stand for all
_CHANGING = re.compile(
    r"(?P<UID>\b(?:2\.25\.\d{8,}|[0-2](?:\.\d+){6,}))"
    r"|(?P<hash>(?<![\w.-])(?=\d*[a-f])[0-9a-f]{12,64}\b)"
    r"|(?P<version>(?<![\d.])\d+\.\d+\.\d+(?:[+.]\w+)*)"
    r"|(?P<date>\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::[\d.]+)?(?:\+\d\d:\d\d|Z)?)?)"
    r"|(?P<minutes>minutes it took\W+[\d.]+)"
    r"|(?P<time>\b\d+(?:\.\d+)? (?:s|min|minutes?|seconds?)\b(?! after))"
)
_SMALL = 1e-3
_CHANGING_KEYS = {"timings_s", "minutes", "pid"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_INLINE = {"a", "b", "code", "em", "i", "img", "span", "strong", "sub", "sup"}


def told(*arguments: object) -> str:
    """Run the command line; return what it was asked and what it said."""
    words = list(map(str, arguments))
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        patch.object(sys, "argv", ["parotid-classifier", *words]),
        pytest.raises(SystemExit) as ended,
    ):
        runpy.run_module("ParotidClassifierCore", run_name="__main__")
    warned = [line for line in re.split(r"[\r\n]+", err.getvalue()) if "% done" not in line]
    said = (json_text(out.getvalue()), "\n".join(warned), f"exit code {ended.value.code}")
    return "\n".join(filter(None, ("$ " + " ".join(words), *map(str.strip, said)))) + "\n\n"


def texts_in(folder: Path) -> dict[str, str]:
    """Return the text of every file in a folder, by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"{path.relative_to(folder).as_posix()}.txt": _text(path) for path in files}


def check(case: str, texts: dict[str, str], places: dict[str, Path], close: float) -> None:
    """Compare the texts of a case with its golden ones, or write these if that is asked for."""
    now = {name: _settled(text, places) for name, text in texts.items()}
    folder = GOLDEN / case
    if os.environ.get("PAROTID_CLASSIFIER_GOLDEN") == "write":
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in now.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    kept = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.txt")}
    found = [
        line
        for name in sorted(kept.keys() | now.keys())
        for line in difference(f"{case}/{name}", kept.get(name, ""), now.get(name, ""), close)
    ]
    assert not found, "\n".join(["other than the golden files:", *found])


def difference(name: str, before: str, now: str, close: float) -> list[str]:
    """Return a unified diff, in which lines are equal where only their numbers differ, hardly."""
    old, new = before.splitlines(), now.splitlines()
    shapes = [[_NUMBER.sub("\0", line) for line in lines] for lines in (old, new)]
    matched = difflib.SequenceMatcher(None, *shapes, autojunk=False).get_matching_blocks()
    for i, j, size in matched if before != now else ():
        for at in range(size):
            numbers = zip(_NUMBER.findall(old[i + at]), _NUMBER.findall(new[j + at]), strict=True)
            if all(a == b or _is_close(float(a), float(b), close) for a, b in numbers):
                new[j + at] = old[i + at]
    return list(difflib.unified_diff(old, new, f"golden {name}", f"now {name}", n=1, lineterm=""))


def _is_close(a: float, b: float, close: float) -> bool:
    # 2 and 2.0 are written otherwise; what is nearly zero differs as larger numbers are rounded.
    return 0 < abs(a - b) <= 1e-9 + close * max(abs(a), abs(b), _SMALL)


def _settled(text: str, places: dict[str, Path]) -> str:
    for name, place in places.items():
        text = text.replace(str(place), f"<{name}>")
    text = _CHANGING.sub(lambda match: f"<{match.lastgroup}>", text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"


def _text(path: Path) -> str:
    kinds = {
        ".json": lambda path: json_text(path.read_text("utf-8")),
        ".csv": _csv,
        ".html": _words_of_page,
        ".pdf": lambda path: "\n".join(p.extract_text() for p in pypdf.PdfReader(path).pages),
        ".png": lambda path: "{} x {}".format(*sitk.ReadImage(str(path)).GetSize()),
        ".jpg": lambda path: "{} x {}".format(*sitk.ReadImage(str(path)).GetSize()),
        ".nrrd": _volume,
        ".dcm": _dicom,
        ".parquet": lambda path: _columns(pd.read_parquet(path)),
        ".safetensors": lambda path: "\n".join(
            f"{name}: {_numbers(values)}" for name, values in sorted(load_file(path).items())
        ),
    }
    return kinds.get(path.suffix, lambda path: path.read_text("utf-8"))(path)


def json_text(text: str) -> str:
    """Return JSON pretty-printed, its long rows of numbers shortened; other text as it is."""
    try:
        return json.dumps(_shorter(json.loads(text)), indent=1, ensure_ascii=False)
    except ValueError:
        return text


def _shorter(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: f"<{key}>" if key in _CHANGING_KEYS and one else _shorter(one)
            for key, one in value.items()
        }
    if not isinstance(value, list):
        return value
    with contextlib.suppress(ValueError, TypeError):
        if len(value) > _LONG and not isinstance(value[0], str):
            return _numbers(np.array(value, float))
    return [_shorter(one) for one in _cut(value)]


def _numbers(values: np.ndarray) -> str:
    """Return what tells numbers from others, also from the same in another order."""
    known = values[np.isfinite(values)].astype(float)
    place = np.mean(known * np.linspace(0, 1, known.size)) if known.size else np.nan
    ends = (known.min(), known.max(), known.mean()) if known.size else ()
    return " ".join([f"{values.shape}, {known.size} known:", *(f"{n:.9g}" for n in (*ends, place))])


def _csv(path: Path) -> str:
    """Return a table as it is, a wide one by a line for each cell, a long one by its columns."""
    text = path.read_text("utf-8-sig")
    header, *rows = csv.reader(text.splitlines())
    if len(rows) > _LONGEST:
        return _columns(pd.read_csv(path))
    if len(header) <= _LONG:
        return text
    cells = (f"{row[0]}, {n}: {cell}" for row in rows for n, cell in zip(header, row, strict=True))
    return "\n".join(cells)


def _columns(table: pd.DataFrame) -> str:
    numbers = table.select_dtypes("number")
    told = [f"{name}: {_numbers(numbers[name].to_numpy(float))}" for name in numbers]
    words = table.select_dtypes(exclude="number").head(_LONG).to_csv(index=False)
    return "\n".join([f"{table.shape}", words, *_cut(told)])


def _cut(lines: list) -> list:
    most = 2 * _LONG
    return [*lines[:most], f"{len(lines) - most} more"] if len(lines) > 10 * _LONG else lines


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said, self.silent = "", 0

    def handle_starttag(self, tag, attributes):
        self.silent += tag in ("style", "script", "svg")
        self.said += _gap(tag)
        self.said += "".join(f"[{value}]" for name, value in attributes if name in ("alt", "title"))

    def handle_endtag(self, tag):
        self.silent -= tag in ("style", "script", "svg")
        self.said += _gap(tag)

    def handle_data(self, data):
        self.said += "" if self.silent else re.sub(r"\s+", " ", data)


def _gap(tag: str) -> str:
    return " | " if tag in ("td", "th") else "" if tag in _INLINE else "\n"


def _words_of_page(path: Path) -> str:
    words = _Words()
    words.feed(path.read_text("utf-8"))
    lines = (re.sub(r"[ |]*\| *", " | ", line).strip(" |") for line in words.said.split("\n"))
    return "\n".join(filter(None, lines))


def _volume(path: Path) -> str:
    image = sitk.ReadImage(str(path))
    keys = sorted(key for key in image.GetMetaDataKeys() if not key.startswith("ITK_"))
    lines = [f"{key}: {image.GetMetaData(key)}" for key in keys]
    place = (image.GetOrigin(), image.GetSpacing(), image.GetDirection())
    return "\n".join([*lines, *map(str, place), _numbers(sitk.GetArrayFromImage(image))])


def _dicom(path: Path) -> str:
    data = pydicom.dcmread(path)
    lines = list(_elements(data, ""))
    if "PixelData" in data:
        lines += [f"voxels: {np.unique(data.pixel_array, return_counts=True)}"]
        frames = data.pixel_array.reshape(data.NumberOfFrames, -1).sum(axis=1)
        lines += [f"voxels by frame: {_numbers(frames)}"]
    return "\n".join(lines)


def _elements(data: pydicom.Dataset, indent: str) -> Iterator[str]:
    for element in data:
        name, value = indent + (element.keyword or str(element.tag)), element.value
        if element.VR == "SQ" and len(value) == 1 and "CodeMeaning" in value[0]:
            yield f"{name}: {', '.join(str(part.value) for part in value[0])}"
        elif element.VR == "SQ":
            yield f"{name}: {len(value)}"
            content = element.keyword == "ContentSequence" or len(value) <= _LONG
            for item in value if content else value[:2]:
                yield f"{indent} -"
                yield from _elements(item, f"{indent}  ")
        elif element.VR in ("OB", "OW"):
            yield f"{name}: {len(value)} bytes"
        elif element.VR in ("DA", "TM", "DT") or element.keyword in (
            "SoftwareVersions", "SeriesNumber",  # made of the time
        ):  # fmt: skip
            yield f"{name}: {value and '<changing>'}"
        else:
            yield f"{name}: {value.name if isinstance(value, pydicom.uid.UID) else value}"
