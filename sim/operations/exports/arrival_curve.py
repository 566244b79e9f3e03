"""Arrival curve of a trace: letters by hour, along which load scripts send them."""

from collections.abc import Sequence

import numpy as np

from sim.operations.trace_files import TracedLetter


def letters_by_hour(letters: Sequence[TracedLetter]) -> list[int]:
    """Letters in each hour from midnight of the first one's day to the last one's hour."""
    received = np.array([letter.received for letter in letters], dtype="datetime64[s]")
    midnight = received[:1].astype("datetime64[D]")
    counts: list[int] = np.bincount((received - midnight).astype(np.int64) // 3_600).tolist()
    return counts


def written_by_day(counts: Sequence[int], separator: str) -> str:
    """Counts of hours as text, a line a day."""
    days = [counts[hour : hour + 24] for hour in range(0, len(counts), 24)]
    return "\n".join("  " + " ".join(f"{count}{separator}" for count in day) for day in days)
