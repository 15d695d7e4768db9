"""What a user must know of a bundle before choosing it, read without the libraries that run it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..base.strict_json import MalformedError, parsed
from ..protocol import Protocol, RingSettings
from .bundle import DEMONSTRATION, banner_of
from .files import BUNDLE_JSON, MODEL_CARD, SHA256SUMS, checked_files, refusal, sha256
from .schema import read_header, read_text


@dataclass(frozen=True)
class BundleSummary:
    """What stands beside the name of a bundle.

    Attributes:
        path: the folder or .zip.
        name: shown with every probability.
        kind: "demonstration" or "research".
        banner: the name and what the bundle is not for.
        hash: SHA-256 of SHA256SUMS, so of everything.
        cohort_line: who the models learnt from, in one line.
        intended_use: in words.
        model_card: Markdown.
        protocol: what the study computes: regions, clinical variables, models.
    """

    path: Path
    name: str
    kind: str
    banner: str
    hash: str
    cohort_line: str
    intended_use: str
    model_card: str
    protocol: Protocol

    @property
    def ring(self) -> RingSettings | None:
        """Width and HU limits of the ring in training."""
        return next((region.ring for region in self.protocol.rings), None)

    @property
    def is_demonstration(self) -> bool:
        """Whether this bundle only shows how the method works."""
        return self.kind == DEMONSTRATION


def summarize_bundle(path: str | Path) -> BundleSummary:
    """Return what the bundle at `path`, a folder or a .zip, says of itself; safe with strangers'.

    Names, sizes and hashes of all its files are checked. What the models hold is not read:
    `load_bundle` may still refuse it.

    Raises:
        BundleError: names the bundle, the file, the reason and what to do.
    """
    path = Path(path)
    files = checked_files(path)
    reading = BUNDLE_JSON
    try:
        header = read_header(parsed(files[reading]))
        reading = MODEL_CARD
        model_card = read_text(files[reading])
    except MalformedError as error:
        raise refusal(path, reading, str(error)) from error
    return BundleSummary(
        path=path,
        name=header["name"],
        kind=header["kind"],
        banner=banner_of(header["name"], header["kind"]),
        hash=sha256(files[SHA256SUMS]),
        cohort_line=header["cohort"].line,
        intended_use=header["intended_use"],
        model_card=model_card,
        protocol=header["protocol"],
    )
