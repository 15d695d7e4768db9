"""An answer as DICOM objects: outlines as SEG, measurements and probabilities as a TID 1500 SR."""
