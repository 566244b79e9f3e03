"""Help in messages: what a name that does not exist may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`; did you mean 'effort'?` if a name is close, else an empty text."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def one_of(name: str, names: Iterable[str]) -> str:
    """`'staton'; did you mean 'station'?`, or `'x' (there are station, branch)`."""
    names = list(names)
    hint = did_you_mean(name, names)
    if hint:
        return f"'{name}'{hint}"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"'{name}' (there {'is' if len(names) == 1 else 'are'} {shown or 'none'})"
