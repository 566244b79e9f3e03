"""Shares: of categories and channels, of letters that take a step, leave or go back, by category where these differ."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.special import chdtrc

from sim.core.tables import Bools, Floats, Int32s, Int64s
from sim.fit.finding import FEW, Finding, Marked, mark, share_finding, share_text

_SURE: Final = 0.001
"""Chance of a difference between categories that is none; there are many steps to look at."""


def shares_of(
    codes: Int32s, names: Sequence[str], key: str, own: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, Any]], list[Finding]]:
    """Categories or channels as the language writes them, with shares that sum to 1; nothing of a single one.

    Args:
        codes: category or channel of each letter.
        key: `categories` or `channels`.
        own: other keys of each name.
    """
    if len(names) < 2:
        return {}, []
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    total = int(counts.sum())
    findings = []
    shares: dict[str, float] = {}
    for name, count in sorted(zip(names, counts.tolist(), strict=True), key=lambda each: -each[1]):
        if count:
            shares[name] = count / total
            findings.append(share_finding(f"{key}.{name}.share", count, total))
    written = summing_to_one(shares)
    bodies = {
        name: {"share": Marked(written_share(share), mark(finding)), **own.get(name, {})}
        for (name, share), finding in zip(written.items(), findings, strict=True)
    }
    return bodies, findings


def summing_to_one(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares with six decimals, of which the largest takes up what rounding leaves."""
    total = sum(shares.values())
    written = {name: round(share / total, 6) for name, share in shares.items()}
    largest = max(written, key=lambda name: written[name])
    written[largest] = round(1 - sum(share for name, share in written.items() if name != largest), 6)
    return written


def differ(some: Floats, of: Floats) -> bool:
    """Whether the shares of several groups differ surely: Pearson's test of homogeneity."""
    there = of > 0
    some, of = some[there], of[there]
    share = some.sum() / of.sum() if len(of) else 0.0
    if len(of) < 2 or not 0 < share < 1:
        return False
    statistic = float(((some - of * share) ** 2 / (of * share * (1 - share))).sum())
    return bool(chdtrc(len(of) - 1, statistic) < _SURE)


def chance_by_category(taken: Bools, category: Int64s, names: Sequence[str], key: str) -> tuple[Any, list[Finding]]:
    """A share as the language writes it, one for all categories or, where these differ surely, one for each.

    Args:
        taken: whether each of some letters did it; `category` has the code of each.
    """
    of = np.bincount(category, minlength=len(names)).astype(np.float64)
    some = np.bincount(category, taken, minlength=len(names)).astype(np.float64)
    whole = share_finding(key, float(some.sum()), float(of.sum()))
    if not differ(some, of):
        return Marked(share_text(whole.estimate), mark(whole)), [whole]
    written: dict[str, Any] = {}
    findings = []
    for code in np.flatnonzero(of).tolist():
        if of[code] < FEW:
            findings.append(_borrowed(f"{key}.per_category.{names[code]}", whole, int(of[code])))
            continue
        share = share_finding(f"{key}.per_category.{names[code]}", float(some[code]), float(of[code]))
        findings.append(share)
        written[names[code]] = Marked(share_text(share.estimate), mark(share))
    if len(written) < len(names):
        written["default"] = Marked(share_text(whole.estimate), mark(whole))
        findings.append(whole)
    return {"per_category": written}, findings


def _borrowed(key: str, whole: Finding, n: int) -> Finding:
    return Finding(key, whole.estimate, whole.interval, n, unit=whole.unit, note="borrowed")


def routing_by_category(
    team: Int64s, category: Int64s, teams: Sequence[str], names: Sequence[str], key: str
) -> tuple[Any, list[Finding]]:
    """Who does a step, as shares of teams; by category where these differ surely.

    Args:
        team: index of the team that each of some letters went to.
    """
    counts = np.zeros((len(names), len(teams)))
    np.add.at(counts, (category, team), 1)
    whole, findings = _routing(counts.sum(axis=0), teams, key)
    share = counts.sum(axis=0) / counts.sum()
    of = counts.sum(axis=1)
    expected = of[:, None] * share
    there = expected > 0
    statistic = float(((counts - expected)[there] ** 2 / expected[there]).sum())
    freedom = (np.count_nonzero(of) - 1) * (np.count_nonzero(share) - 1)
    if freedom <= 0 or chdtrc(freedom, statistic) >= _SURE:
        return whole, findings
    written: dict[str, Any] = {}
    for code in np.flatnonzero(of).tolist():
        if of[code] >= FEW:
            written[names[code]], more = _routing(counts[code], teams, f"{key}.per_category.{names[code]}")
            findings += more
        else:
            findings.append(
                Finding(f"{key}.per_category.{names[code]}", float("nan"), None, int(of[code]), note="borrowed")
            )
    if len(written) < len(names):
        written["default"] = whole
    return {"per_category": written}, findings


def _routing(counts: Floats, teams: Sequence[str], key: str) -> tuple[Any, list[Finding]]:
    there = np.flatnonzero(counts)
    if len(there) == 1:
        return teams[int(there[0])], []
    total = float(counts.sum())
    findings = [share_finding(f"{key}.{teams[team]}", float(counts[team]), total) for team in there.tolist()]
    shares = summing_to_one({teams[team]: float(counts[team] / total) for team in there.tolist()})
    return Marked({name: written_share(share) for name, share in shares.items()}, mark(findings[0])), findings


def written_share(share: float) -> str:
    """A share that sums to 100% with its sisters: with all its decimals."""
    return f"{round(100 * share, 4):g}%"


def grouped(
    values: Floats, category: Int64s, names: Sequence[str], fit: Callable[[Floats, str], Any]
) -> dict[str, Any] | None:
    """A fit of each category that has enough letters of its own where the categories differ; None where they do not.

    Categories differ if lognormal distributions of their own pay for their parameters.
    """
    logs = np.log(np.maximum(values, 0.5))
    codes, counts = np.unique(category, return_counts=True)
    own = codes[counts >= FEW]
    if len(own) < 2 or len(names) < 2:
        return None
    rest = ~np.isin(category, own)
    groups = [logs[category == code] for code in own.tolist()] + ([logs[rest]] if rest.sum() > 1 else [])
    apart = sum(len(group) * np.log(max(group.var(), 1e-6)) for group in groups)
    together = len(logs) * np.log(max(logs.var(), 1e-6))
    if together - apart < 2 * (len(groups) - 1) * np.log(len(logs)):
        return None
    return {names[code]: fit(category == code, names[code]) for code in own.tolist()}
