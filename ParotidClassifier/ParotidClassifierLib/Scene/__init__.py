"""The MRML scene: what is read from it and written to it."""
