"""Simulated cases that several tests look at: drawing one takes seconds."""

from __future__ import annotations

from functools import cache

from ParotidClassifierCore.simulation.case import SimulatedCase, simulate_case


@cache
def simulated(seed: int) -> SimulatedCase:
    """Return the case of a seed, of the class that is drawn for it; nobody may write to it."""
    return simulate_case(seed)
