"""Drawings of a result in Qt."""
