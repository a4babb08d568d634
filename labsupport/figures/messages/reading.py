"""From what a chapter hands over to a script: messages in their order, participants from left to right, all checked.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, get_args

from ...records import Message, Tone

FEWEST, MOST = 2, 5
"""How many participants a diagram may have."""

TONES: Mapping[str, str] = {"good": "as it should be", "bad": "as it should not be", "aside": "on the side"}
"""What the legend says of each tone, unless the chapter says it better."""

_EXAMPLE = '[Message("browser", "app", "GET /"), …]'


@dataclass(frozen=True)
class Script:
    """Who takes part, from left to right; the messages in their order; the legend of the tones that occur."""

    participants: tuple[str, ...]
    messages: tuple[Message, ...]
    tones: Mapping[str, str]

    @property
    def parts(self) -> Iterator[tuple[str, tuple[Message, ...]]]:
        """Neighbors of the same part together, under its name; those of none under an empty one."""
        for name, messages in groupby(self.messages, key=lambda message: message.part):
            yield name, tuple(messages)

    def place(self, participant: str) -> int:
        """The place of a participant, from 0 at the left."""
        return self.participants.index(participant)


def read(messages: object, participants: object = (), tones: object = None) -> Script:
    """Check everything. Raises TypeError and ValueError that name the input and the remedy."""
    checked = _messages(messages)
    taking_part = _participants(participants, checked)
    for number, message in enumerate(checked, 1):
        _check_ends(number, message, taking_part)
    return Script(taking_part, checked, _legend(tones, checked))


def _messages(messages: object) -> tuple[Message, ...]:
    if not isinstance(messages, Iterable) or isinstance(messages, str | Mapping):
        raise TypeError(
            f"a message diagram needs Messages in their order, not {type(messages).__name__}: pass {_EXAMPLE}")
    checked = tuple(_message(number, message) for number, message in enumerate(messages, 1))
    if not checked:
        raise ValueError(f"there is no message to draw: pass {_EXAMPLE}")
    return checked


def _message(number: int, message: object) -> Message:
    if not isinstance(message, Message):
        raise TypeError(f"message {number} is no Message but {type(message).__name__}: pass {_EXAMPLE}")
    told: dict[str, Any] = {}
    for name in ("sender", "receiver", "text", "detail", "part"):
        value = getattr(message, name)
        if not isinstance(value, str):
            raise TypeError(f"message {number} has the {name} {value!r}: pass a text")
        told[name] = " ".join(value.split())
    for name in ("sender", "receiver", "text"):
        if not told[name]:
            raise ValueError(f"message {number} has an empty {name}: say who sends what to whom, {_EXAMPLE}")
    if message.tone not in get_args(Tone):
        raise ValueError(f"message {number}, {told['text']!r}, has the tone {message.tone!r}: {_choices()}")
    return replace(message, **told)


def _choices() -> str:
    return 'use "good", "bad" or "aside", or leave it out'


def _participants(participants: object, messages: Sequence[Message]) -> tuple[str, ...]:
    """Those handed over; else those that the messages name, in the order in which they appear."""
    if isinstance(participants, str) or not isinstance(participants, Iterable):
        raise TypeError(
            f"participants are {participants!r}: pass their names from left to right, (\"browser\", \"app\")")
    named = [end for message in messages for end in (message.sender, message.receiver)]
    names = tuple(map(_name, participants)) or tuple(dict.fromkeys(named))
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the participant {name!r} stands in participants more than once: name each of them once")
    if not FEWEST <= len(names) <= MOST:
        raise ValueError(
            f"{len(names)} participants ({', '.join(names)}): a page has room for {FEWEST} to {MOST}; "
            "tell apart fewer, or draw two diagrams"
        )
    return names


def _name(participant: object) -> str:
    if not isinstance(participant, str) or not participant.strip():
        raise TypeError(f"the participant {participant!r} is no name: pass a text of one or two words")
    return " ".join(participant.split())


def _check_ends(number: int, message: Message, participants: Sequence[str]) -> None:
    for end, what in ((message.sender, "sent by"), (message.receiver, "sent to")):
        if end not in participants:
            raise ValueError(
                f"message {number}, {message.text!r}, is {what} {end!r}, who is none of the participants "
                f"{', '.join(participants)}: add {end!r} to them, or correct the name"
            )


def _legend(tones: object, messages: Sequence[Message]) -> Mapping[str, str]:
    """What is said of each tone that occurs; of messages without a tone only where the chapter says something."""
    said = {} if tones is None else tones
    if not isinstance(said, Mapping):
        raise TypeError(
            f"tones must map tones to what the legend says, not be {type(tones).__name__}: "
            'pass {"bad": "the attacker\'s id"}'
        )
    for tone, words in said.items():
        if tone not in get_args(Tone):
            raise ValueError(f"tones names the tone {tone!r}: {_choices()}")
        if not isinstance(words, str) or not words.strip():
            raise ValueError(f"tones says {words!r} of {tone!r}: say in a few words what it means")
    used = {message.tone for message in messages}
    known = {"": "", **TONES, **said}
    return {tone: " ".join(words.split()) for tone, words in known.items() if tone in used and words}
