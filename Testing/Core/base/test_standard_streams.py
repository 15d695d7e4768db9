"""Standard input and output belong to the program; a pipe that nobody reads is no mistake."""

import ctypes
import errno
import io
import json
import os
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import pytest
from fixtures.worker_caller import Caller
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base import progress, standard_streams
from ParotidClassifierCore.base.controls import harmless
from ParotidClassifierCore.base.errors import BundleError, OutputError
from ParotidClassifierCore.base.log import unexpected
from ParotidClassifierCore.base.standard_streams import NobodyReadsError, NotToldError, write_now

SAYS = """
import logging, sys, warnings
from ParotidClassifierCore.app import commands
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base.result import Result
EVIL = "\\x1b]0;pwned\\x07\\x1b[2J\\u202eexe\\x7f"
def says(options):
    print(EVIL)
    logging.getLogger("stranger").warning(EVIL)
    warnings.warn(EVIL)
    sys.stderr.writelines([EVIL])
    return Result(EVIL, {})
commands.bundle_published_clinical = says
assert main(["bundle", "published-clinical", "--out", EVIL]) == 0
try:
    main(["bundle", "info", "x", EVIL])
except SystemExit:
    pass
"""
WORKER = """
import os, subprocess, sys
from ParotidClassifierCore.app import worker, worker_commands
EVIL = "\\x1b]0;pwned\\x07\\x1b[2J\\u202eexe\\x7f"
CHILD = "import os, sys; print(os.fstat(0).st_rdev == os.stat(os.devnull).st_rdev)"
def look(request, progress):
    if not os.path.samestat(os.fstat(0), os.stat(os.devnull)):
        return {"found": "the requests"}
    child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True)
    return {"found": sys.stdin.read(), "child": child.stdout.strip()}
def say(request, progress):
    print(EVIL)
    print(EVIL, file=sys.stderr)
    sys.stdout.flush()
    return {}
class Made:
    commands = {"look": look, "say": say}
worker_commands.Desk = Made
worker.main()
"""


class Pipe(io.FileIO):
    """What cannot be written to until something else takes its place."""

    def __init__(self, number, path):
        super().__init__(path, "w")
        self.number = number

    def write(self, data):
        if os.path.samestat(os.fstat(self.fileno()), Path(os.devnull).stat()):
            return super().write(data)
        raise OSError(self.number, os.strerror(self.number))


def stream_into(number, path):
    return io.TextIOWrapper(io.BufferedWriter(Pipe(number, path)))


@pytest.fixture(params=[errno.EPIPE, errno.EINVAL], ids=["posix", "windows"])
def pipe(request, tmp_path, monkeypatch):
    """What nobody reads, as this system and as Windows tells it."""
    monkeypatch.setattr(standard_streams, "_NOBODY_READS", (errno.EPIPE, request.param))
    with stream_into(request.param, tmp_path / "pipe") as stream:
        yield stream


@pytest.fixture
def windows(monkeypatch):
    """Windows' calls, which remember what they were told."""
    told = []
    kernel = types.SimpleNamespace(
        SetStdHandle=lambda number, handle: told.append((number.value, handle.value))
    )
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    runtime = types.SimpleNamespace(get_osfhandle=lambda descriptor: 100 + descriptor)
    monkeypatch.setitem(sys.modules, "msvcrt", runtime)
    monkeypatch.setattr(standard_streams, "sys", types.SimpleNamespace(platform="win32"))
    return told


def test_whoever_looks_at_standard_input_finds_nothing_and_takes_no_request():
    caller = Caller("-c", WORKER)
    with caller.process:
        for number in range(3):
            assert caller.answer({"id": number, "command": "look"})[1] == {
                "id": number, "event": "result", "found": "", "child": "True",
            }  # fmt: skip
        caller.process.stdin.close()


def test_windows_is_told_of_the_places_too(windows, tmp_path):
    with (tmp_path / "nothing").open("w") as file:
        places = [os.dup(file.fileno()) for _ in range(2)]
        for place in places:
            standard_streams._put(file.fileno(), place)
    assert windows == [(2**32 - 10 - place, 100 + place) for place in places]
    for place in places:
        os.close(place)


def test_a_pipe_that_nobody_reads_is_told_and_leads_nowhere(pipe, tmp_path):
    with pytest.raises(NobodyReadsError):
        write_now(pipe, "told")
    os.write(pipe.fileno(), b"what was left")
    assert (tmp_path / "pipe").read_bytes() == b""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EINVAL])
def test_another_mistake_is_not_taken_for_a_closed_pipe(number, tmp_path):
    with (
        stream_into(number, tmp_path / "disk") as stream,
        pytest.raises(NotToldError, match=os.strerror(number)) as told,
    ):
        write_now(stream, "told")
    assert not isinstance(told.value, NobodyReadsError)


def command_line(*arguments, **streams):
    """Run the command line with streams as a shell sets them; return exit code and errors."""
    words = " ".join([sys.executable, "-m", "ParotidClassifierCore", *arguments])
    shell = words + "".join(f" {number[1:]}{where}" for number, where in streams.items())
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


SHIPPED = ("bundle", "info", "published-clinical")
GONE = ("bundle", "info", "no-such-bundle")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is full for ever here")
def test_what_cannot_be_told_is_said_and_has_an_exit_code():
    code, told = command_line(*SHIPPED, _1=">/dev/full")
    assert code == OutputError.exit_code
    assert told.splitlines()[0] == "The answer cannot be written: No space left on device."
    assert command_line(*SHIPPED, "--json", _1=">/dev/full") == (code, told)
    code, told = command_line(*GONE, _1=">/dev/full")
    assert code == BundleError.exit_code
    assert told.startswith("There is no model bundle")
    assert command_line(*GONE, _2=">/dev/full") == (BundleError.exit_code, "")
    assert command_line("no-such-command", _2=">/dev/full") == (2, "")


@pytest.mark.parametrize("closed", [["_1"], ["_2"], ["_0", "_1", "_2"]])
def test_the_command_line_works_without_the_streams_that_its_caller_has_closed(closed):
    streams = {number: ("<" if number == "_0" else ">") + "&-" for number in closed}
    assert command_line(*SHIPPED, **streams) == (0, "")
    code, told = command_line(*GONE, **streams)
    assert code == BundleError.exit_code
    assert bool(told) == ("_2" not in closed)
    assert command_line("no-such-command", **streams)[0] == 2


def test_no_file_takes_the_place_of_a_stream_that_was_closed(tmp_path):
    code = """
import sys
from ParotidClassifierCore.base.standard_streams import open_standard_streams
open_standard_streams()
with open(sys.argv[1], "w") as file:
    print(file.fileno() > 2, sys.stderr.write("said"), sys.stdin.read() == "")
"""
    words = f"{sys.executable} -c '{code}' {tmp_path / 'file'} <&- 2>&-"
    told = subprocess.run(
        ["/bin/sh", "-c", words], capture_output=True, text=True, check=True
    ).stdout
    assert told == "True 4 True\n"


def test_an_error_of_ours_is_told_though_no_log_can_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    _, message, remedy = unexpected(ValueError("a bug"))
    assert "a bug" in message
    assert "No log could be written: No such file" in remedy


@pytest.mark.parametrize("arguments", [["bundle", "info", "published-clinical"], ["--help"]])
def test_a_real_pipe_that_is_closed_leaves_no_word(arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "ParotidClassifierCore", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    with process:
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(("more", "stream"), [([], "stderr"), (["--json"], "stdout")])
def test_an_error_that_nobody_reads_still_has_its_exit_code(more, stream, pipe, monkeypatch):
    monkeypatch.setattr(sys, stream, pipe)
    assert main(["bundle", "info", "no-such-bundle", *more]) == BundleError.exit_code


def test_work_goes_on_when_nobody_reads_how_far_it_is(pipe, monkeypatch):
    monkeypatch.setattr(progress, "_LINE_EVERY_SECONDS", 0.0)
    told = progress._lines("work")
    monkeypatch.setattr(sys, "stderr", pipe)
    told(0.5, "a step")


def test_the_worker_ends_quietly_when_nobody_reads_its_events():
    caller = Caller()
    with caller.process:
        caller.process.stdout.close()
        caller.process.stdin.write(json.dumps({"id": 1, "command": "sing"}) + "\n")
        caller.process.stdin.flush()
        assert caller.process.stderr.read() == ""
    assert caller.process.returncode == 0


EVIL = "\x1b]0;pwned\x07\x1b[2J\u202eexe\x7f"
WRITTEN_OUT = r"\u001b]0;pwned\u0007\u001b[2J\u202eexe\u007f"


@pytest.fixture
def zip_with_an_evil_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("bundle.json", '{"schema_version": 2}')
        archive.writestr(EVIL, "")
    return tmp_path / "b.zip"


def test_a_name_in_a_zip_drives_no_terminal(zip_with_an_evil_name, capsys):
    assert main(["bundle", "verify", str(zip_with_an_evil_name)]) == BundleError.exit_code
    told = capsys.readouterr().err
    assert WRITTEN_OUT in told
    assert harmless(told) == told


def test_json_with_a_strangers_name_stays_json(zip_with_an_evil_name, capsys):
    assert main(["bundle", "info", str(zip_with_an_evil_name), "--json"]) == BundleError.exit_code
    told = capsys.readouterr().out
    assert EVIL in json.loads(told)["error"]["message"]
    assert harmless(told) == told


def test_what_options_libraries_and_logs_say_drives_no_terminal():
    done = subprocess.run(
        [sys.executable, "-c", SAYS], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout.count(WRITTEN_OUT) == 2
    assert done.stderr.count(WRITTEN_OUT) == 4
    assert harmless(done.stdout + done.stderr) == done.stdout + done.stderr


def test_the_streams_are_as_before_when_a_command_has_ended(zip_with_an_evil_name, capsys):
    before = sys.stdout, sys.stderr
    main(["bundle", "info", str(zip_with_an_evil_name)])
    assert (sys.stdout, sys.stderr) == before


def test_what_a_worker_prints_drives_no_terminal():
    caller = Caller("-c", WORKER)
    with caller.process:
        caller.answer({"id": 1, "command": "say"})
        caller.process.stdin.close()
        assert caller.process.stderr.read() == f"{WRITTEN_OUT}\n" * 2
