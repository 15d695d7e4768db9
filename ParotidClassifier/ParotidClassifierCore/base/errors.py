"""Define an exception for each kind of user mistake: what is wrong, and what to do about it."""

import contextlib
import errno
from collections.abc import Iterator

EXIT_DONE = 0
EXIT_OUR_FAULT = 1
EXIT_USAGE = 2
EXIT_UNUSABLE_INPUT = 3
EXIT_REFUSED_BUNDLE = 4


class ParotidClassifierError(Exception):
    """Base of every error whose message is meant for the user.

    Args:
        message: names the file or field and what is wrong with it.
        remedy: what the user can do.
    """

    exit_code = EXIT_UNUSABLE_INPUT

    def __init__(self, message: str, remedy: str = ""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def kind(self) -> str:
        """Stable name of the kind of mistake, for machines: the class's name."""
        return type(self).__name__

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(ParotidClassifierError):
    """Options that do not go together or a setting outside its range."""

    exit_code = EXIT_USAGE


class DeviceUnavailableError(UsageError):
    """A computing device was asked for that this machine does not have."""


class MissingPackageError(UsageError):
    """Work was asked for that needs a package which is not installed."""


class ClusterError(UsageError):
    """A Dask cluster was asked for that is not there, or was lost."""


class UnreadableFileError(ParotidClassifierError):
    """A file or folder is missing or cannot be read as what it should be."""


class SeveralSeriesError(ParotidClassifierError):
    """A DICOM folder holds several series, or a series several acquisitions; none was named."""


class UnusableImageError(ParotidClassifierError):
    """The image was read but is not a CT volume this method can work on."""


class UnusableMaskError(ParotidClassifierError):
    """The mask was read but does not outline a usable lesion on this CT."""


class AmbiguousMaskError(UnusableMaskError):
    """A file holds several labels or segments, and it is not clear which is meant."""


class EmptyRingError(ParotidClassifierError):
    """No voxel of the peritumoral ring is left."""


class ClinicalValueError(ParotidClassifierError):
    """A clinical variable has a value outside its levels."""


class FeatureExtractionError(ParotidClassifierError):
    """The radiomic features could not be computed completely."""


class OutputError(ParotidClassifierError):
    """A result could not be written where it was asked for."""


class CohortError(ParotidClassifierError):
    """A training cohort that no model can be fitted on."""


class ProtocolError(ParotidClassifierError):
    """A study protocol that contradicts itself, is incomplete or says what is not understood."""


class BundleError(ParotidClassifierError):
    """A model bundle that is damaged, incomplete, unsafe or of an unknown version."""

    exit_code = EXIT_REFUSED_BUNDLE


class CancelledError(ParotidClassifierError):
    """Work that was given up because whoever asked for it wished so."""


class SupersededError(ParotidClassifierError):
    """Work that was given up because a newer request took its place."""


@contextlib.contextmanager
def names_reached() -> Iterator[None]:
    """Refuse paths that the system cannot look at, by their names."""
    try:
        yield
    except OSError as error:
        if error.filename is None or error.errno not in (errno.ENAMETOOLONG, errno.EACCES):
            raise
        raise UnreadableFileError(
            f"{error.filename} cannot be reached: {error.strerror}.",
            "Check the path, and the right to look into its folders.",
        ) from error
