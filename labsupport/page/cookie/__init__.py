"""The playground of cookies: Set-Cookie lines taken apart, put into the jar, and asked where they go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from labsupport.cookies import CookieJar
from labsupport.dissection import DissectionError, dissect
from labsupport.dissection.show import as_html
from labsupport.markup import Html
from labsupport.page import asked
from labsupport.page.cookie.examples import EXAMPLES, Example
from labsupport.page.cookie.requests import ELSEWHERE, Question, own, usual
from labsupport.page.cookie.setting import SOURCES, Clock, Line, filled, later, lines_of, suffixes_of
from labsupport.page.cookie.shown import sent, stored
from labsupport.page.tables import nothing, problem

__all__ = ["EXAMPLES", "Example", "answered"]

_LONGEST_URL = 500
_LATEST_S, _FURTHEST_S = 4_102_444_800, 10 * 366 * 86_400
_UNSAFE = timedelta(minutes=2)


def answered(lines: object, url: object, source: object = "page", now_s: object = 0, forward_s: object = 0,
             ended: object = False, chromium: object = False, suffixes: object = "", question: object = None
             ) -> dict[str, Any]:
    """What a user agent makes of Set-Cookie lines from a URL, and where the cookies go some time later.

    `now_s` is when the lines came, in seconds since 1970, `forward_s` how much later the requests are made; `ended`
    says that the browser was closed in between. With `chromium` cookies that say nothing of SameSite go with any
    top-level request for two minutes. The answer has the `parts` of the page as HTML, and what was `said` in plain
    text. Raises `ReaderError` for a URL that is none, and for what is too much.
    """
    where = asked.text("the URL", url, _LONGEST_URL).strip()
    known, written = suffixes_of(suffixes), lines_of(lines, where)
    clock = Clock(_moment(asked.number("the time", now_s, 0, _LATEST_S, "seconds since 1970")))
    jar = CookieJar(now=clock, public_suffixes=known, lax_allowing_unsafe=_UNSAFE if chromium else None)
    received = filled(jar, written, asked.choice("where the lines come from", source, SOURCES), ELSEWHERE)
    later(clock, asked.number("how much later", forward_s, 0, _FURTHEST_S, "seconds"))
    if ended:
        jar.end_session()
    questions = (*([own(question)] if question else ()), *usual(where, known))
    return {
        "parts": {"dissection": _dissection(written), "stored": stored(received, jar, clock()),
                  "sent": sent(questions, jar)},
        "said": _said(jar, questions, len(written)),
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _dissection(lines: tuple[Line, ...]) -> Html:
    if not lines:
        return nothing("Write a line of Set-Cookie.")
    fields = (b"Set-Cookie: " + line.value.encode("utf-8", "surrogatepass") for line in lines)
    try:
        return as_html(dissect(b"\r\n".join(fields)))
    except DissectionError as error:
        return problem(str(error))


def _said(jar: CookieJar, questions: tuple[Question, ...], lines: int) -> str:
    going = sum(any(not reason for _, reason in question.judged(jar)) for question in questions)
    told = f"{lines} line{'' if lines == 1 else 's'}, {len(jar.cookies)} in the jar."
    return f"{told} {going} of {len(questions)} requests carry a cookie."

