"""Drawings of the study report, each one a function from plain values to a matplotlib figure."""
