"""From a contrast-enhanced neck CT and a parotid tumour outline to a malignancy probability.

Every stage is one function from typed values to typed values: case → ring → radiomics and deep
inputs → the eleven models → prediction. Importing this package stays light: torch, PyRadiomics and
scikit-learn are imported by the functions that need them.
"""

__version__ = "0.1.0"
