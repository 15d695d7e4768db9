"""What made the DICOM objects."""

from __future__ import annotations

from ... import __version__

SOFTWARE = "ParotidClassifier"
# Of this software, not of a machine: 2.25. and a UUID (PS3.5 B.2).
DEVICE_UID = "2.25.224712638170948325168740391860254117423"
EQUIPMENT = {
    "manufacturer": SOFTWARE,
    "manufacturer_model_name": SOFTWARE,
    "software_versions": __version__,
    "device_serial_number": "none",
}
