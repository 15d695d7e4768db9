"""What 3D Slicer packages: every file is listed, and the extension's metadata is of one piece."""

import json
import re
import shutil
import subprocess

import packaging_lists
import pytest
from packaging_lists import LISTS, ROOT, listed, on_disk

EXTENSION = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
CATALOGUE = ROOT / "Resources" / "ExtensionsIndex" / "ParotidClassifier.json"
CMAKE = shutil.which("cmake")
RAW = "https://github.com/ParotidClassifier/SlicerParotidClassifier/raw/main/"

# Slicer's commands, as far as these files use them: they print what they are given.
STAND_IN = """
set(CMAKE_CURRENT_SOURCE_DIR "@ROOT@")
set(BUILD_TESTING ON)
foreach(file Slicer_USE_FILE Slicer_EXTENSION_GENERATE_CONFIG Slicer_EXTENSION_CPACK)
  set(${file} "@EMPTY@")
endforeach()
function(cmake_minimum_required)
endfunction()
function(project)
endfunction()
function(find_package)
endfunction()
function(add_subdirectory folder)
  set(CMAKE_CURRENT_SOURCE_DIR "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
  include("${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt")
endfunction()
function(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MY "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  foreach(file ${MY_SCRIPTS} ${MY_RESOURCES})
    message("PACKAGED ${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  endforeach()
endfunction()
function(slicer_add_python_unittest)
  cmake_parse_arguments(MY "" "SCRIPT" "" ${ARGN})
  message("TESTED ${CMAKE_CURRENT_SOURCE_DIR}/${MY_SCRIPT}")
endfunction()
include("@ROOT@/CMakeLists.txt")
"""


@pytest.mark.parametrize("name", LISTS)
def test_every_file_is_listed_and_every_listed_file_is_there(name):
    assert listed(name) == on_disk(name), "`make lists` brings the CMake files up to date"


def test_lists_are_written_anew_in_place(tmp_path, monkeypatch):
    new = {name: [f"{name}/first.py", f"{name}/second.py"] for name in LISTS}
    copies = {}
    for name, path in LISTS.items():
        copies[name] = tmp_path / f"{path.parent.name}.txt"
        shutil.copy(path, copies[name])
    monkeypatch.setattr(packaging_lists, "LISTS", copies)
    monkeypatch.setattr(packaging_lists, "on_disk", new.get)
    packaging_lists.write_lists()
    assert {name: listed(name) for name in new} == new
    for copy in copies.values():
        assert copy.read_text(encoding="utf-8").rstrip().endswith(")")


def test_lupdate_finds_the_protocols_texts():
    source = packaging_lists.PROTOCOL_TEXTS.read_text(encoding="utf-8")
    assert packaging_lists.with_shown_texts(source) == source, "`make lists` brings it up to date"
    assert '_("Enlarged lymph nodes")' in source


@pytest.mark.skipif(CMAKE is None, reason="cmake is not installed")
def test_cmake_hands_every_file_to_slicer(tmp_path):
    (tmp_path / "empty.cmake").touch()
    script = tmp_path / "extension.cmake"
    text = STAND_IN.replace("@ROOT@", ROOT.as_posix())
    script.write_text(text.replace("@EMPTY@", (tmp_path / "empty.cmake").as_posix()))
    process = subprocess.run(
        [CMAKE, "-P", str(script)], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    given = sorted(line.split(" ", 1)[1] for line in process.stderr.splitlines())
    in_lists = [path.parent / item for name, path in LISTS.items() for item in listed(name)]
    module_test = ROOT / "ParotidClassifier" / "ParotidClassifier.py"
    assert given == sorted(path.as_posix() for path in [*in_lists, module_test])


def test_the_catalogue_entry_has_the_keys_slicer_asks_for():
    entry = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    assert set(entry) == {
        "$schema", "build_dependencies", "build_subdirectory", "category", "scm_revision",
        "scm_url", "tier",
    }  # fmt: skip
    assert entry["category"] == metadata("CATEGORY")
    assert entry["scm_url"].removesuffix(".git") == metadata("HOMEPAGE")


def test_the_extension_depends_on_what_the_catalogue_builds_it_with():
    entry = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    depends = metadata("DEPENDS")
    assert ([] if depends == "NA" else depends.split()) == entry["build_dependencies"]


@pytest.mark.parametrize("name", ["ICONURL", "SCREENSHOTURLS"])
def test_the_pictures_of_the_catalogue_are_in_the_repository(name):
    for url in metadata(name).split():
        assert url.startswith(RAW)
        assert (ROOT / url.removeprefix(RAW)).is_file(), url


def metadata(name):
    """Return one piece of metadata, which must be a single quoted literal."""
    literals = re.findall(rf'^set\(EXTENSION_{name} "([^"$]*)"\)$', EXTENSION, flags=re.MULTILINE)
    assert len(literals) == 1, name
    return literals[0]
