"""Is there an order of these operations on one user, each at a moment between its call and its
answer, in which every answer is right? (Herlihy and Wing, 1990; the search of Wing and Gong, 1993,
with the memory of states of Lowe, 2017.)
"""
import dataclasses
import math
from typing import Optional

UNKNOWN = "unknown"  # Nobody knows whether it was done: at any time after the call, or never.


@dataclasses.dataclass(frozen=True)
class Operation:
    """What a client asked for, and what it was told. A state is the content, or None: no user."""

    kind: str  # find, replace, remove, swap (replace where the content is `expected`)
    called: float
    answered: float  # Of an unknown outcome: of no meaning.
    outcome: str  # ok, absent, failed (a condition), UNKNOWN
    content: Optional[str] = None  # What was written; of find: what was read.
    expected: Optional[str] = None  # Of swap.

    def end(self):
        return math.inf if self.outcome == UNKNOWN else self.answered


def states_after(operation, state):
    """The states that may follow `state`, or nothing if the answer can't be."""
    kind, outcome = operation.kind, operation.outcome
    if kind == "find":
        told = operation.content if outcome == "ok" else None
        return [state] if outcome == UNKNOWN or told == state else []
    changed = None if kind == "remove" else operation.content
    holds = state is not None and (kind != "swap" or state == operation.expected)
    if outcome == UNKNOWN:
        return [changed, state] if holds else [state]
    if outcome == "ok":
        return [changed] if holds else []
    if outcome == "absent":
        return [state] if state is None else []
    return [state] if not holds else []


def is_linearizable(history, state):
    """`state` is that before all of it."""
    history = sorted(history, key=lambda each: each.called)
    # What was never answered need not have happened.
    needed = sum(1 << i for i, each in enumerate(history) if each.outcome != UNKNOWN)
    seen = set()
    to_visit = [(0, state)]
    while to_visit:
        done, state = to_visit.pop()
        if done & needed == needed:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        left = [i for i in range(len(history)) if not done >> i & 1]
        first_end = min(history[i].end() for i in left)
        for i in left:
            if history[i].called > first_end:
                break
            to_visit += [(done | 1 << i, after) for after in states_after(history[i], state)]
    return False
