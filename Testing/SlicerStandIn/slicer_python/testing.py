"""slicer.testing: running a unit test by name, as Slicer's CTest entries do."""

import sys
import unittest


def exitSuccess() -> None:
    """Report success; nothing to do when a test runs inside another process."""


def exitFailure(message: str = ""):
    """Report failure by an exception, of the very class that Slicer raises."""
    raise Exception(message)


def runUnitTest(path, testname: str) -> None:
    """Run the tests of a module found in a folder, or in one of several.

    Raises:
        Exception: a test failed or raised.
    """
    sys.path.extend([path] if isinstance(path, str) else path)
    suite = unittest.defaultTestLoader.loadTestsFromName(testname)
    if not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful():
        exitFailure()
