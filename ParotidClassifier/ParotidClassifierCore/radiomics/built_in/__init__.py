"""The built-in engine: PyRadiomics' features in NumPy and SciPy, fast on many images of one mask.

What depends only on the mask is computed once and used for every filtered image of it.
"""
