"""The application: scene, logics, files, views, extensions, and the life of a module."""

import logging
import os
import shutil
import subprocess

import numpy as np
import pytest
import qt
import slicer
from SlicerStandIn import application
from SlicerStandIn.dialogs import dialogs
from SlicerStandIn.failures import hidden_errors


def add_volume(name="CT"):
    array = np.arange(120, dtype=np.int16).reshape(4, 5, 6)
    ijk_to_ras = np.diag([-0.8, -0.8, 2.5, 1.0])
    return slicer.util.addVolumeFromArray(array, ijkToRAS=ijk_to_ras, name=name)


def test_launcher_ends_alone():
    code = "import os, sys; print(os.getpid(), flush=True); sys.exit(int(sys.stdin.readline()))"
    command = [shutil.which("PythonSlicer"), "-c", code]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    for ends in (True, False):
        with subprocess.Popen(command, **options) as launcher:
            python = int(launcher.stdout.readline())
            assert python != launcher.pid
            if ends:
                launcher.kill()
                launcher.wait()
                assert launcher.returncode != 7
                os.kill(python, 0)  # it is there
            launcher.stdin.write("7\n")
    assert launcher.returncode == 7


def test_missing_file_is_named():
    with pytest.raises(RuntimeError, match=r"nowhere\.nrrd"):
        slicer.util.loadVolume("/nowhere.nrrd")


def test_layout_manager_may_be_none():
    with application.without_views():
        assert slicer.app.layoutManager() is None
    assert slicer.app.layoutManager() is not None
    assert slicer.util.mainWindow() is None


def test_util_names_stay_in_util():
    assert not hasattr(slicer, "loadVolume")
    assert hasattr(slicer.util, "loadVolume")


def test_messages_are_logged_in_tests(caplog):
    with caplog.at_level(logging.INFO):
        slicer.util.errorDisplay("The outline is empty.")
    assert "The outline is empty." in caplog.text
    assert dialogs.shown == []


def test_question_is_asked():
    application.set_testing(False)
    dialogs.answer(qt.QMessageBox.Yes)
    assert slicer.util.confirmYesNoDisplay("Draw the ring anew?")
    assert dialogs.shown[0].text == "Draw the ring anew?"


def test_slot_error_is_collected():
    button = qt.QPushButton()
    button.connect("clicked()", lambda: 1 / 0)
    with hidden_errors.expected() as errors:
        button.click()
    assert "ZeroDivisionError" in errors[0]


def test_observer_error_is_collected():
    ct = add_volume()
    ct.AddObserver("ModifiedEvent", lambda *_: 1 / 0)
    with hidden_errors.expected() as errors:
        ct.Modified()
    assert "ZeroDivisionError" in errors[0]


def test_vtk_error_is_collected():
    with hidden_errors.expected() as errors:
        slicer.mrmlScene.GetNodeByID("vtkMRMLNode1")
        slicer.mrmlScene.SetURL("/nowhere.mrml")
        slicer.mrmlScene.Connect()
    assert errors
