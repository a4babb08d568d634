"""Work that a build does once instead of again and again; the pages are the same to the letter."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.search.en import SearchEnglish

from .ledger import COPY, dockets_of

_SILENT = ("sphinx_jupyterbook_latex", "sphinx_multitoc_numbering")
"""Extensions of jupyter-book that can be read in parallel and do not say so: one does nothing for HTML, the other
numbers what was read."""


def setup(app: Sphinx) -> None:
    """Put the shortcuts in the place of what they shorten."""
    app.add_search_language(EnglishOnce)
    app.add_domain(NumbersOnce, override=True)
    app.connect("builder-inited", read_in_parallel)
    app.connect("builder-inited", write_dockets)


def read_in_parallel(app: Sphinx) -> None:
    """Declare what is safe (handler of `builder-inited`): else Sphinx reads one page after the other, and warns."""
    for name in _SILENT:
        if extension := app.extensions.get(name):
            extension.parallel_read_safe = True


def write_dockets(app: Sphinx) -> None:
    """Write the claims of all chapters to a file, where it says something else (handler of `builder-inited`)."""
    file = Path(app.doctreedir) / COPY
    text = "\n".join(map(repr, dockets_of(app)))
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


class EnglishOnce(SearchEnglish):
    """Finds the stem of a word once for the whole book, not once for each page."""

    def init(self, options: dict[str, str]) -> None:
        """Begin with no stems."""
        super().init(options)
        self.stem = functools.cache(super().stem)  # type: ignore[method-assign]


class NumbersOnce(StandardDomain):
    """Numbers of figures: the page of a figure is loaded once, not for each sentence that names the figure."""

    def _resolve_numref_xref(self, env: Any, *reference: Any) -> nodes.Element | None:
        looked_at: Any = _ReadOnly(env)
        return super()._resolve_numref_xref(looked_at, *reference)


class _ReadOnly:
    """The environment of a build for who only looks at pages."""

    def __init__(self, env: Any) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def get_doctree(self, page: str) -> nodes.document:
        """The page as it was read. It must not be changed: the next who asks gets the same."""
        return _loaded(self._env, page)


@functools.lru_cache(maxsize=4)
def _loaded(env: Any, page: str) -> nodes.document:
    document: nodes.document = env.get_doctree(page)
    return document


class Memory:
    """What was made of the same things by a build before, kept in a folder that is thrown away with the pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._asked: set[Path] = set()

    def of(self, make: Callable[..., bytes], *given: bytes | str) -> bytes:
        """What `make(*given)` returns, which must be the same for the same things; made once."""
        file = self.folder / _digest(f"{make.__module__}.{make.__name__}", *given)
        self._asked.add(file)
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(make(*given))
        return file.read_bytes()

    def forget_the_rest(self) -> None:
        """Delete what this build did not ask for."""
        for file in set(self.folder.glob("*")) - self._asked:
            file.unlink()


def _digest(*parts: bytes | str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        octets = part.encode() if isinstance(part, str) else part
        digest.update(b"%d\0" % len(octets) + octets)
    return digest.hexdigest()
