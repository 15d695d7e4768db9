"""The 1874 radiomic features per region."""
