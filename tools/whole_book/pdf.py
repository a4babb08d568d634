"""One PDF of the whole book, printed by Chromium, with page numbers in its contents that are right.

A browser cannot look up the page on which something stands. So the book is printed, the pages of its chapters are read
from the PDF, and it is printed once more with their numbers; the second PDF is checked against them.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from labsupport.evidence import stylesheet
from labsupport.markup import Html, element, join
from labsupport.programs import path_of
from tools.whole_book.pages import Page, code_colors, images, read_pages, relink

TITLE = "Protocols on Trial"
SUBJECT = "GET and POST, cookies, sessions, tokens and TCP"
NAME = "protocols-on-trial.pdf"
_STYLE = Path(__file__).with_name("print.css")
_LONGEST_S = 900
_FLAGS = (
    *("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"),
    *("--no-pdf-header-footer", "--generate-pdf-document-outline", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
_ATTEMPTS = 3
"""Printings until the numbers stay; the second has as a rule the pages of the first."""
_HEADING = re.compile(r"(</?h)([1-6])\b")


# It tells at INFO that it has begun, and some package has asked for everything at INFO.
logging.getLogger("pikepdf").setLevel(logging.WARNING)


class NotPrintedError(RuntimeError):
    """Chromium printed no PDF, or another than was asked for; the message says what it told."""


def make(book: Path) -> Path:
    """Print the built pages into `_build/protocols-on-trial.pdf`, which appears whole or not at all.

    Raises `Unavailable` without Chromium, `NotBuiltError` without pages, `NotPrintedError` where printing fails.
    """
    browser = path_of("chromium")
    pages = read_pages(book)
    for page in pages:
        prepare(page, pages, book / "_build" / "html")
    with TemporaryDirectory(prefix="draft-", dir=book / "_build") as folder:
        os.replace(printed(browser, pages, Path(folder)), book / "_build" / NAME)
    return book / "_build" / NAME


def prepare(page: Page, pages: list[Page], html: Path) -> None:
    """Let the links of a page lead to the other pages in the same file, and its images to their files in `html`."""
    keys = {each.entry.name: each.entry.key for each in pages}
    relink(
        page,
        names=set(keys),
        link=lambda name, fragment: f"#{keys[name]}--{fragment}" if fragment else f"#{keys[name]}",
        own=lambda name: f"{page.entry.key}--{name}",
    )
    for image in images(page):
        image["src"] = (html / page.entry.name).parent.joinpath(str(image["src"])).resolve().as_uri()


def printed(browser: str, pages: list[Page], folder: Path) -> Path:
    """A PDF of prepared pages, in a folder for drafts, in which every number of the contents is right.

    Raises `NotPrintedError` where the browser prints none, or where a page is not in it.
    """
    numbers: dict[str, int] = {}
    for _ in range(_ATTEMPTS):
        pdf = _print(browser, document(pages, numbers), folder)
        found = pages_of(pdf, [page.entry.key for page in pages])
        if found == numbers:
            return _finished(pdf)
        numbers = found
    raise NotPrintedError(f"the page numbers do not settle in {_ATTEMPTS} printings")


def _print(browser: str, text: str, folder: Path) -> Path:
    """One printing; the draft that was there is gone."""
    source, pdf = folder / "book.html", folder / "book.pdf"
    source.write_text(text, encoding="utf-8")
    pdf.unlink(missing_ok=True)
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [browser, *_FLAGS, *as_root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={pdf}"]
    try:
        done = subprocess.run(
            [*command, source.as_uri()], capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotPrintedError(f"{browser} had not printed the book after {_LONGEST_S} s") from None
    if done.returncode or not pdf.is_file():
        told = (done.stderr.strip() or "nothing")[-600:]
        raise NotPrintedError(f"{browser} ended with status {done.returncode} and printed no PDF; it told: {told}")
    return pdf


def pages_of(pdf: Path, keys: list[str]) -> dict[str, int]:
    """The page, counted from 1, on which each chapter begins. Raises `NotPrintedError` where one is missing."""
    import pikepdf

    with pikepdf.open(pdf) as printed:
        numbers = {page.obj.objgen: number for number, page in enumerate(printed.pages, start=1)}
        places = printed.Root.get("/Dests", pikepdf.Dictionary())
        missing = [key for key in keys if f"/{key}" not in places]
        if missing:
            raise NotPrintedError(f"the PDF has no place called {missing[0]}; use a newer Chromium")
        return {key: numbers[places[f"/{key}"][0].objgen] for key in keys}


def _finished(pdf: Path) -> Path:
    """The PDF with what libraries ask for, its title and its authors, and packed: a fraction of what was printed."""
    import pikepdf

    finished = pdf.with_name("finished.pdf")
    with pikepdf.open(pdf) as printed:
        printed.docinfo["/Title"] = TITLE
        printed.docinfo["/Author"] = "The Protocols on Trial contributors"
        printed.docinfo["/Subject"] = SUBJECT
        printed.Root.PageMode = pikepdf.Name("/UseOutlines")
        printed.save(finished, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return finished


def document(pages: list[Page], numbers: Mapping[str, int]) -> str:
    """The whole book as one HTML page; `numbers` are the pages of the chapters, as far as they are known."""
    parts = [(part, list(of_part)) for part, of_part in groupby(pages, lambda page: page.entry.part)]
    heads = "".join(_head(page) for page in pages)
    body = join(_cover(), _contents(parts, numbers), *(_part(part, of_part) for part, of_part in parts))
    style = f"<style>{stylesheet()}{code_colors()}{_STYLE.read_text(encoding='utf-8')}{heads}</style>"
    return (
        '<!doctype html>\n<html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{TITLE}</title>{style}</head>\n<body>{body}</body></html>\n"
    )


def _head(page: Page) -> str:
    """What stands at the head of every page of a chapter."""
    words = " ".join(filter(None, (page.entry.number, page.title))).replace("\\", "").replace('"', "”")
    return f'@page {_paper(page)} {{ @top-right {{ content: "{words}" }} }}\n'


def _paper(page: Page) -> str:
    return f"of-{page.entry.key}"


def _cover() -> Html:
    return element(
        "section",
        element("p", TITLE, class_="cover-title"),
        element("p", SUBJECT, class_="cover-subject"),
        element("p", "Every claim tested by an experiment, with the evidence beside it", class_="cover-promise"),
        element("p", "Code under the MIT license, text and figures under CC BY 4.0", class_="cover-license"),
        class_="cover",
    )


def _contents(parts: list[tuple[str, list[Page]]], numbers: Mapping[str, int]) -> Html:
    groups = []
    for part, pages in parts:
        groups += [element("p", part, class_="contents-part")] if part else []
        groups += [element("ol", *(_line(page, numbers) for page in pages))]
    return element("nav", element("h1", "Contents"), *groups, class_="contents")


def _line(page: Page, numbers: Mapping[str, int]) -> Html:
    key = page.entry.key
    return element(
        "li",
        element(
            "a",
            element("span", page.entry.number, class_="contents-number"),
            element("span", page.title, class_="contents-title"),
            element("span", class_="contents-dots"),
            element("span", str(numbers.get(key, "000")), class_="contents-page"),
            href=f"#{key}",
        ),
    )


def _part(part: str, pages: list[Page]) -> Html:
    title = [element("section", element("h1", part), class_="part")] if part else []
    return join(*title, *(_chapter(page) for page in pages))


def _chapter(page: Page) -> Html:
    number = [element("p", page.entry.number, class_="chapter-number")] if page.entry.number else []
    text = Html(one_level_deeper(page.markup()) if page.entry.part else page.markup())
    return element("section", *number, text, class_="chapter", id=page.entry.key, style=f"page: {_paper(page)}")


def one_level_deeper(markup: str) -> str:
    """The text with every heading one level lower, since the part stands above it in the outline."""
    return _HEADING.sub(lambda found: f"{found[1]}{min(int(found[2]) + 1, 6)}", markup)
