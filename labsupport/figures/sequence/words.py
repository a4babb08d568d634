"""A conversation in words: what its diagram shows, less all that depends on timing.

What that is, the conversation itself decides: these sentences only read its story aloud.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...records import Conversation
from ...story import ENDS, SYNCHRONIZED


def describe(conversation: Conversation, title: str) -> str:
    """Tell a conversation in a few sentences, the same on every run of the same exchange.

    After the title: for each end what it sent, then the states it went through.
    """
    story = conversation.story
    told = [f"{title.rstrip('.')}."]
    told += [f"The {end} sends: {'; '.join(story[end])}." for end in ENDS if story[end]]
    told += [f"The {end} {_course(story[f'{end} states'])}." for end in ENDS if story[f"{end} states"]]
    return " ".join(told)


def _course(states: Sequence[str]) -> str:
    """What an end did, from the names of its states."""
    named = [state for state in states if state != SYNCHRONIZED]
    path = " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
    if len(named) < len(states):
        return f"goes through {path} to a synchronized state" if named else "is in a synchronized state"
    return f"is in {path}" if len(named) == 1 else f"goes through {path}"
