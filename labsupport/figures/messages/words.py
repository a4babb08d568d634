"""A message diagram in words: every message in its order, as one sentence."""

from __future__ import annotations

from ...records import Message
from ..titles import sentence
from .reading import Script


def describe(script: Script, title: str) -> str:
    """Tell after the title what each message says; a part is named before its first."""
    told = [sentence(title)]
    for name, messages in script.parts:
        sentences = " ".join(_told(script, message) for message in messages)
        told.append(f"{name}: {sentences}" if name else sentences)
    return " ".join(told)


def _told(script: Script, message: Message) -> str:
    said = f"{message.text} ({message.detail})" if message.detail else message.text
    judged = f", {script.tones[message.tone]}" if message.tone in script.tones else ""
    return sentence(f"{_ends(message)}{judged}: {said}")


def _ends(message: Message) -> str:
    if message.sender == message.receiver:
        return message.sender
    return f"{message.sender} {'answers' if message.reply else 'to'} {message.receiver}"
