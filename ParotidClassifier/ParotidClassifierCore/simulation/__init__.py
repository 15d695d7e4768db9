"""Simulated CT of the parotid region and simulated cohorts."""
