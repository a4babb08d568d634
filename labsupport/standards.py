"""References to standards, and where to read them. Pure Python."""

from __future__ import annotations

import re

from labsupport.markup import Html, element, join

_RFC = re.compile(r"RFC (?P<number>\d+)(?: §(?P<section>[0-9A-Z]+(?:\.\d+)*))?")
_DRAFT = re.compile(r"(?P<name>draft-[a-z0-9-]+)(?: §(?P<section>[0-9A-Z]+(?:\.\d+)*))?")
_WITHOUT_SECTION = re.compile(r"(RFC \d+(bis)?|draft-[a-z0-9-]+)$")
_DRAFTS = {"RFC 6265bis": "draft-ietf-httpbis-rfc6265bis-22"}
"""Drafts that everybody calls by the RFC they are to replace."""


def address(reference: str) -> str | None:
    """The web address of an RFC or Internet-Draft, at the section it names; None for any other document."""
    for called, name in _DRAFTS.items():
        reference = reference.replace(called, name)
    if found := _RFC.fullmatch(reference):
        return f"https://www.rfc-editor.org/rfc/rfc{found['number']}{_anchor(found['section'])}"
    if found := _DRAFT.fullmatch(reference):
        return f"https://datatracker.ietf.org/doc/html/{found['name']}{_anchor(found['section'])}"
    return None


def link(reference: str) -> Html:
    """The reference as a link where it has an address, as text where it has none."""
    url = address(reference)
    return join(reference) if url is None else element("a", reference, href=url)


def lacks_section(reference: str) -> bool:
    """True for an RFC or draft that is cited whole; a verdict cites the section."""
    return _WITHOUT_SECTION.fullmatch(reference) is not None


def _anchor(section: str | None) -> str:
    if section is None:
        return ""
    return f"#{'section' if section[0].isdigit() else 'appendix'}-{section}"
