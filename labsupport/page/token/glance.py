"""Header and claims of a token at a glance: each member with its value, its meaning, and how its time stands.

The names and values are those that the dissection found; nothing is parsed a second time by other rules.
"""

from __future__ import annotations

from labsupport.dissection.fields import Dissection, Field
from labsupport.markup import Html, element, join
from labsupport.page.tables import Row, stacking_table
from labsupport.page.times import apart
from labsupport.standards import link

_HEADINGS = ("Part", "Name", "Value", "What it says", "Standard")
_TIMES = ("exp", "nbf", "iat", "auth_time", "updated_at")
_MOST_CHARACTERS = 160
_MOST_MEMBERS = 60
_PARTS = {"JOSE Header": "header", "JWS Payload": "claims"}


def glance(found: Dissection, at_s: float) -> Html:
    """A table of the members of header and payload, seen at a time in seconds."""
    rows = [_row(_PARTS[top.name], field, at_s) for top in found.fields if top.name in _PARTS
            for field in _members(top)][:_MOST_MEMBERS]
    return stacking_table("Header and claims", _HEADINGS, rows, kind="playground-members", head=1)


def _members(top: Field) -> list[Field]:
    """The fields of a part that are members of its JSON object: they have a name and a value."""
    return [field for depth, field in top.lines() if depth == 1 and field.parts]


def _row(part: str, field: Field, at_s: float) -> Row:
    value = field.shown if len(field.shown) <= _MOST_CHARACTERS else f"{field.shown[:_MOST_CHARACTERS]}…"
    told = join(field.meaning, _when(field, at_s))
    return Row((part, field.name, element("code", value), told, link(field.standard)))


def _when(field: Field, at_s: float) -> Html | str:
    """How a time stands to the clock, where the member is one."""
    if field.name not in _TIMES:
        return ""
    try:
        time_s = float(field.shown)
    except ValueError:
        return ""
    return element("span", f" · {apart(time_s, at_s)}", class_="playground-when")
