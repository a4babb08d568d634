"""The claims of a chapter, read from the file beside its notebook."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from labsupport.errors import ReaderError
from labsupport.standards import lacks_section

Verdict = Literal["holds", "qualified", "outdated", "refuted", "unspecified"]
"""What the evidence says of a claim; `unspecified`: the standard leaves it open."""

Tier = Literal["core", "minor"]
"""`core`: a section of its own in the chapter; `minor`: may share an experiment."""

Origin = Literal["seed", "stub", "added"]
"""`seed`: a sentence of the study notes; `stub`: a gap they leave; `added`: essential and missing there."""

_KEYS = ("id", "claim", "verdict", "because", "standards", "tier", "origin", "section")
_CHOICES = {"verdict": get_args(Verdict), "tier": get_args(Tier), "origin": get_args(Origin)}
_UNTITLED = ("document:", "implementation:")


class LedgerError(ReaderError, ValueError):
    """A claim that is not in the ledger, or a ledger that cannot be read; names file, entry and remedy."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Where a verdict stands written: the document with its section, and the section's title."""

    ref: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence on trial, and what the evidence says of it."""

    id: str
    claim: str
    verdict: Verdict
    because: str
    standards: tuple[Standard, ...]
    tier: Tier
    origin: Origin
    section: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The claims of one chapter, in the order of its file."""

    path: Path
    claims: tuple[Claim, ...]

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read a claims file. Raises `LedgerError`."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise LedgerError(
                f"{path.name} cannot be read: {problem}; it belongs beside the notebook"
            ) from None
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Ledger:
        """The claims in the YAML text of a claims file; `path` is named in errors. Raises `LedgerError`."""
        entries = _load(text, path.name)
        claims = tuple(
            _claim(entry, f"{path.name}, entry {number}") for number, entry in enumerate(entries, 1)
        )
        seen: set[str] = set()
        for claim in claims:
            if claim.id in seen:
                raise LedgerError(f"{path.name}: two entries have the id {claim.id!r}; rename one")
            seen.add(claim.id)
        return cls(path, claims)

    def __getitem__(self, claim_id: str) -> Claim:
        """The claim with that id. Raises `LedgerError` with the ids that come near."""
        by_id = {claim.id: claim for claim in self.claims}
        if claim_id in by_id:
            return by_id[claim_id]
        near = difflib.get_close_matches(str(claim_id), by_id, n=3, cutoff=0.4)
        hint = (
            f"; did you mean {' or '.join(near)}?"
            if near
            else f"; its claims are {', '.join(by_id) or 'none'}"
        )
        raise LedgerError(f"{self.path.name} has no claim {claim_id!r}{hint}")

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)


def _load(text: str, name: str) -> list[Any]:
    import yaml

    try:
        # Where the package has its part in C, that reads the same text ten times sooner.
        entries = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as problem:
        raise LedgerError(f"{name} is not YAML: {' '.join(str(problem).split())}") from None
    if not isinstance(entries, list):
        raise LedgerError(f"{name} must be a list of claims; begin each with '- id: …'")
    return entries


def _claim(entry: object, place: str) -> Claim:
    if not isinstance(entry, dict):
        raise LedgerError(f"{place} is no claim; write it as '- id: …' with {', '.join(_KEYS[1:])}")
    named = f"{place} ({entry['id']})" if isinstance(entry.get("id"), str) else place
    if missing := [key for key in _KEYS if key not in entry]:
        raise LedgerError(f"{named} lacks {', '.join(missing)}; add it")
    if unknown := [str(key) for key in entry if key not in _KEYS]:
        raise LedgerError(
            f"{named} has the unknown key {', '.join(unknown)}; the keys are {', '.join(_KEYS)}"
        )
    texts = {key: _text(entry[key], key, named) for key in _KEYS if key != "standards"}
    for key, choices in _CHOICES.items():
        if texts[key] not in choices:
            raise LedgerError(f"{named}: {key} {texts[key]!r} is not known; choose {', '.join(choices)}")
    return Claim(
        texts["id"],
        texts["claim"],
        cast(Verdict, texts["verdict"]),
        texts["because"],
        _standards(entry["standards"], named),
        cast(Tier, texts["tier"]),
        cast(Origin, texts["origin"]),
        texts["section"],
    )


def _text(value: object, key: str, named: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise LedgerError(f"{named}: {key} must be text and not empty; it is {value!r}")
    return value.strip()


def _standards(value: object, named: str) -> tuple[Standard, ...]:
    if not isinstance(value, list) or not value:
        raise LedgerError(
            f"{named}: standards must be a list that is not empty; cite the section that decides"
        )
    return tuple(_standard(item, named) for item in value)


def _standard(item: object, named: str) -> Standard:
    if not isinstance(item, Mapping) or not item.keys() <= {"ref", "title"} or "ref" not in item:
        raise LedgerError(f"{named}: a standard has a ref and a title, nothing else; it is {item!r}")
    ref = _text(item["ref"], "ref", named)
    if ref.startswith(_UNTITLED) and "title" not in item:
        return Standard(ref)
    if lacks_section(ref):
        raise LedgerError(f"{named}: {ref} is cited without a section; write '{ref} §…'")
    if "title" not in item:
        raise LedgerError(f"{named}: {ref} has no title; add the title of the section")
    return Standard(ref, _text(item["title"], "title", named))
