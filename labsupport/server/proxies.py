"""Proxies are for the rest of the world: while a site runs, clients of this process ask it directly."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterable


class ProxyBypass:
    """Names hosts in `NO_PROXY` and `no_proxy`, beside what is there, from its making to `end()`.

    A host that several bypasses name stays until the last of them ends. What the reader put into the variables,
    before or meanwhile, is left alone.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = frozenset(hosts)
        with _lock:
            _in_use.update(self._hosts)
            for variable in _VARIABLES:
                variable.copy_the_other()
            for variable in _VARIABLES:
                variable.add(self._hosts)

    def end(self) -> None:
        """Take the hosts out again; once only."""
        with _lock:
            _in_use.subtract(self._hosts)
            for variable in _VARIABLES:
                variable.take_out(host for host in self._hosts if not _in_use[host])
                if not any(_in_use.values()):
                    variable.take_out_copies()


class _Variable:
    """One spelling of the variable: entries with commas between them, of which these were added here."""

    def __init__(self, name: str, other: str) -> None:
        self._name, self._other = name, other
        self._added: list[str] = []
        self._copied: list[str] = []

    def copy_the_other(self) -> None:
        """Start from the other spelling where this one is empty: clients read only the first that is not."""
        if not _names(_entries(self._name)):
            copied = [entry for entry in _entries(self._other) if entry.strip()]
            self._copied += copied
            self._append(copied)

    def add(self, hosts: Iterable[str]) -> None:
        """Append the hosts that are missing; beside a lone `*`, which stands for all, nothing may stand."""
        known = _names(_entries(self._name))
        added = [] if known == {"*"} else sorted(set(hosts) - known)
        self._added += added
        self._append(added)

    def take_out(self, hosts: Iterable[str]) -> None:
        """Remove those of the hosts that were added here."""
        gone = set(hosts)
        self._remove(host for host in self._added if host in gone)
        self._added = [host for host in self._added if host not in gone]

    def take_out_copies(self) -> None:
        """Remove what came from the other spelling."""
        self._remove(self._copied)
        self._copied = []

    def _append(self, entries: list[str]) -> None:
        if entries:
            os.environ[self._name] = ",".join(_entries(self._name) + entries)

    def _remove(self, gone: Iterable[str]) -> None:
        entries = _entries(self._name)
        for entry in gone:
            if entry in entries:
                entries.remove(entry)
        if entries:
            os.environ[self._name] = ",".join(entries)
        else:
            os.environ.pop(self._name, None)


def _entries(name: str) -> list[str]:
    # Neither blanks nor empty entries are lost, so that the reader's own value can be put back to the letter.
    return os.environ[name].split(",") if name in os.environ else []


def _names(entries: list[str]) -> set[str]:
    return {entry.strip() for entry in entries} - {""}


_VARIABLES = (_Variable("no_proxy", "NO_PROXY"), _Variable("NO_PROXY", "no_proxy"))
_in_use: Counter[str] = Counter()
_lock = threading.Lock()
