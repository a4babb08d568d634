"""The state diagram in words: the way a connection took, or all transitions where none is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from labsupport.network.model.transitions import Transition

from .walks import Step, Walk


def describe(title: str, table: Sequence[Transition], walks: Sequence[Walk]) -> str:
    """Say after the title which steps each end took; without walks, where each state leads."""
    told = [f"{title.rstrip('.')}."]
    if walks:
        return " ".join(told + [_course(walk) for walk in walks])
    for state, steps in groupby(sorted(table, key=lambda step: _order(table, step.state)), lambda step: step.state):
        told.append(f"From {state}: {'; '.join(f'to {step.into} on {_event(step)}' for step in steps)}.")
    return " ".join(told)


def _order(table: Sequence[Transition], state: str) -> int:
    return [step.state for step in table].index(state)


def _course(walk: Walk) -> str:
    if not walk.steps:
        return f"The {walk.end} stays in {walk.start}."
    return f"The {walk.end} goes from {walk.start} {'; '.join(map(_step, walk.steps))}."


def _step(step: Step) -> str:
    return f"to {step.into} {f'on {_event(step.transition)}' if step.transition else f'({step.reset})'}"


def _event(transition: Transition) -> str:
    return f"{transition.event}, sending {transition.sends}" if transition.sends else transition.event
