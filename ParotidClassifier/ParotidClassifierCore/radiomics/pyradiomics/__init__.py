"""The other engine: PyRadiomics itself, what the built-in one is compared with."""
