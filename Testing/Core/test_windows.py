"""The whole way of a prediction, a batch, a training and its report under Windows' rules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures.bundles import made_bundle
from fixtures.cohorts import write_cohort
from fixtures.windows_rules import MAX_PATH, imposed
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.study.tables import Columns, read_table

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="the rules look up open files as Linux has them"
)


class User:
    """Somebody on a Windows PC, at the command line."""

    def __init__(self, drive, name):
        self.home, self._environment = imposed(drive, name)

    def run(self, *arguments):
        """Run Python in the user's folder."""
        with self.started(*arguments) as process:
            told, error = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, told, error)

    def started(self, *arguments):
        """Start Python in the user's folder."""
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)], cwd=self.home, env=self._environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def left_behind(self):
        """Return the names of our temporary folders; PyTorch leaves an empty one of its own."""
        return [path.name for path in (self.home / "Temp").glob("ParotidClassifier*")]

    def told(self, *arguments):
        """Return what a command of ours says in JSON."""
        done = self.run("-m", "ParotidClassifierCore", *arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def zhang(tmp_path_factory):
    return User(tmp_path_factory.mktemp("drive"), "张伟")


@pytest.fixture(scope="module")
def juergen(tmp_path_factory):
    return User(tmp_path_factory.mktemp("drive"), "Jürgen")


@pytest.fixture(scope="module")
def cases(zhang):
    """Path of a table of three cases of the user, farther down than Windows' paths reach."""
    folder = zhang.home.joinpath("病例", *["很长" * 35] * 3)
    folder.mkdir(parents=True)
    assert len(str(folder / "ct0.nrrd")) > MAX_PATH
    table = write_cohort(folder, 3, 3)
    text = table.read_text("utf-8")
    text = text.replace("case0,", f"{'长' * 80},").replace("case1,", "aux.txt,")
    table.write_text(text, "utf-8-sig")
    save_bundle(made_bundle(), zhang.home / "模型")
    return table


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_case_is_classified_and_its_report_written(zhang, cases):
    folder, out = cases.parent, zhang.home / "结果"
    command = (
        "predict", "--ct", folder / "ct1.nrrd", "--tumor", folder / "tumor1.nrrd", "--margin",
        "clear", "--bundle", zhang.home / "模型", "--saliency", "--report", "--out", out,
    )  # fmt: skip
    first = zhang.told(*command)
    assert {"report.pdf", "report.html", "saliency.nrrd", "ring.seg.nrrd"} <= set(names_in(out))
    assert zhang.told(*command)["models"] == first["models"]  # over the first
    assert zhang.left_behind() == []


@pytest.fixture(scope="module")
def batch(zhang, cases):
    """The command that classifies all cases, the folder of its results and what it told."""
    out = zhang.home / ("深" * 60) / ("远" * 60)
    command = ("predict", "--cohort", cases, "--bundle", zhang.home / "模型", "--out", out)
    return command, out, zhang.told(*command, "--jobs", 2)


def test_all_cases_of_a_table_are_classified_into_folders_that_windows_can_have(zhang, batch):
    command, out, done = batch
    assert (done["classified"], done["failures"]) == (3, {})
    rows = read_table(out / "predictions.csv", Columns(["case_id"], [])).rows
    assert [row["case_id"] for row in rows.values()] == ["长" * 80, "aux.txt", "case2"]
    assert max(len(str(path)) for path in out.rglob("*")) <= MAX_PATH
    assert zhang.told(*command)["by_an_earlier_run"] == 3
    assert zhang.left_behind() == []


def test_a_table_that_is_open_in_excel_is_named_and_stays(zhang, batch):
    command, out, _ = batch
    before = (out / "predictions.csv").read_bytes()
    excel = "import sys, time; f = open(sys.argv[1]); print('open', flush=True); time.sleep(600)"
    with zhang.started("-X", "utf8", "-c", excel, out / "predictions.csv") as shown:
        shown.stdout.readline()
        done = zhang.run("-m", "ParotidClassifierCore", *command)
        shown.kill()
    assert done.returncode == 3
    assert "Close it in Excel" in done.stderr
    assert (out / "predictions.csv").read_bytes() == before


def test_a_bundle_is_trained_reported_and_asked(juergen):
    pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")
    table = write_cohort(juergen.home, 18, 12)
    done = juergen.told(
        "train", "--cohort", table, "--name", "tiny", "--epochs", 1, "--jobs", 2, "--bootstraps",
        5, "--force", "--out", juergen.home / "Bündel", "--report", juergen.home / "Bericht",
    )  # fmt: skip
    assert done["failures"] == {}
    assert {"report.html", "results.json", "tables"} <= set(names_in(juergen.home / "Bericht"))
    asked = juergen.told(
        "evaluate", "--bundle", juergen.home / "Bündel", "--cohort", table, "--bootstraps", 5,
        "--out", juergen.home / "Bericht",
    )  # fmt: skip
    assert asked["hash"] == done["hash"]
    assert juergen.left_behind() == []


RULES = {
    "open('a', 'wb').close(); f = open('b', 'wb'); os.replace('a', 'b')": PermissionError,
    "f = open('c', 'wb'); os.rename('c', 'd')": PermissionError,
    "f = open('c', 'wb'); os.unlink('c')": PermissionError,
    "os.mkdir('e'); f = open('e/f', 'wb'); os.rename('e', 'g')": PermissionError,
    "os.mkdir('h'); f = open('h/f', 'wb'); shutil.rmtree('h')": PermissionError,
    "open('i', 'wb').write(b'1'); m = mmap.mmap(os.open('i', 0), 0, prot=1); os.remove('i')": (
        PermissionError
    ),
    "open('aux.txt', 'wb')": OSError,
    "os.mkdir('a. ')": OSError,
    "open('a:b', 'wb')": OSError,
    "open('J', 'wb'); open('j', 'wb')": FileExistsError,
    f"os.mkdir('{'n' * 250}')": FileNotFoundError,
    "import SimpleITK as s; s.WriteImage(s.Image(2, 2, s.sitkUInt8), '张.nrrd')": RuntimeError,
    "from ParotidClassifierCore.reporting.checklist import Path as P; "
    "exec('P(\\'k\\').write_text(\\'\\')', {'P': P, '__name__': 'ParotidClassifierCore'})": (
        EncodingWarning
    ),
    "subprocess.run([sys.executable, '-c', 'import os; os.mkdir(\\'con\\')'], check=True)": (
        subprocess.CalledProcessError
    ),
}


@pytest.mark.parametrize("code", RULES, ids=[code[:40] for code in RULES])
def test_the_rules_bite(code, tmp_path):
    user = User(tmp_path, "x")
    done = user.run("-c", f"import mmap, os, shutil, subprocess, sys\n{code}")
    assert done.returncode == 1
    assert RULES[code].__name__ in done.stderr
