"""Name the series of an export, and what made it, so that an archive can tell it from the next."""

from collections.abc import Mapping
from datetime import datetime

from highdicom import UID

from ... import __version__
from ...models.probabilities import percent
from ...prediction.predict import Prediction

# The last digit of the number of a series; those before are month, day, hour and minute.
SEGMENTATION, REPORT = 1, 2
SOFTWARE = "ParotidClassifier"
# Of this software, not of a machine: 2.25. and a UUID (PS3.5 B.2).
DEVICE_UID = "2.25.224712638170948325168740391860254117423"
EQUIPMENT = {
    "manufacturer": SOFTWARE,
    "manufacturer_model_name": SOFTWARE,
    "software_versions": __version__,
    "device_serial_number": "none",
}


def series_attributes(prediction: Prediction, when: datetime, which: int) -> Mapping[str, object]:
    """Return what highdicom is told of an object and of its series, which holds it alone.

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
        "series_instance_uid": UID(),
        "sop_instance_uid": UID(),
        "instance_number": 1,
        "specific_character_set": "ISO_IR 192",
        "series_number": int(f"{when:%m%d%H%M}{which}"),
        "series_description": f"Parotid research: {known}{when:%Y-%m-%d %H:%M}",
        "series_date": when.date(),
        "series_time": when.time(),
        "content_date": when.date(),
        "content_time": when.time(),
        **EQUIPMENT,
    }
