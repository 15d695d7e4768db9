"""Name the series of an export so that it can be told from the next one in an archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ...models.probabilities import percent
from ...prediction.predict import Prediction

# The last digit of the number of a series; those before are month, day, hour and minute.
SEGMENTATION, REPORT = 1, 2


def series_attributes(prediction: Prediction, when: datetime, which: int) -> Mapping[str, object]:
    """Return number, description and time of a series as highdicom takes them.

    Many archives show nothing of a series but its description. So it says the probability, the time
    and the word "research", in at most 64 characters. Both series of an export have the same one:
    their modality tells them apart.

    Args:
        prediction: whose headline stands in the description.
        when: of the export.
        which: SEGMENTATION or REPORT.
    """
    name, result = prediction.headline
    known = "" if result.probability is None else f"{name} {percent(result.probability)} "
    return {
        "series_number": int(f"{when:%m%d%H%M}{which}"),
        "series_description": f"Parotid research: {known}{when:%Y-%m-%d %H:%M}",
        "series_date": when.date(),
        "series_time": when.time(),
        "content_date": when.date(),
        "content_time": when.time(),
    }
