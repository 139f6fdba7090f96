"""What a measurement comes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One speed of ours beside another."""

    name: str
    unit: str
    ours: float
    compared: str
    theirs: float
