"""The jar as HTML: what became of each line, and where each cookie goes. Pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from labsupport.cookies import Cookie, CookieJar
from labsupport.dissection.text import visible
from labsupport.markup import Html, element, join
from labsupport.page.cookie.deciding import condition
from labsupport.page.cookie.requests import Question
from labsupport.page.cookie.setting import Received
from labsupport.page.tables import Row, mark, nothing, stacking_table
from labsupport.page.times import apart
from labsupport.standards import link

_MOST_CHARACTERS = 80
_STORED = ("Set-Cookie", "Outcome", "Goes to", "Path", "Flags", "Lives")
_SENT = ("Request", "Cookie field", "Kept back")
_HOW = {"navigation": "navigates the tab", "subresource": "within a page", "script": "document.cookie"}


def stored(received: Sequence[Received], jar: CookieJar, now: datetime) -> Html:
    """A line a row: the cookie as it is stored, or why it is not; and whether it is there still."""
    if not received:
        return nothing("No line of Set-Cookie yet.")
    alive = {_identity(cookie) for cookie in jar.cookies}
    rows = (_line(each, alive, now) for each in received)
    return stacking_table("What the user agent stores", _STORED, rows, kind="playground-stored")


def sent(questions: Sequence[Question], jar: CookieJar) -> Html:
    """A request a row: the cookies that go along, and those that do not, each with the condition that fails."""
    rows = (_question(each, jar) for each in questions)
    return stacking_table("Where the cookies go", _SENT, rows, kind="playground-sent")


def _line(each: Received, alive: set[tuple[object, ...]], now: datetime) -> Row:
    cookie, said = each.receipt.cookie, element("code", _shortened(each.line.value))
    if cookie is None:
        reason = join(each.receipt.reason, " (", link(each.receipt.standard), ")")
        return Row((said, _not_stored(each.receipt.reason), reason))
    outcome = mark(True, "stored") if _identity(cookie) in alive else mark(None, "gone again")
    path = element("code", _shortened(cookie.path))
    return Row((said, outcome, _reach(cookie), path, _flags(cookie), _life(cookie, now)))


def _not_stored(reason: str) -> Html:
    if "removes" in reason:
        return mark(True, "deletes")
    return mark(None, "deletes nothing") if "expired" in reason else mark(False, "not stored")


def _question(question: Question, jar: CookieJar) -> Row:
    judged = question.judged(jar)
    goes = [cookie for cookie, reason in judged if not reason]
    kept = [(cookie, reason) for cookie, reason in judged if reason]
    field = element("code", _shortened("; ".join(cookie.pair for cookie in goes), 400)) if goes else ""
    answer = mark(bool(goes), "yes" if goes else "no") if judged else ""
    how = element("span", _request(question), class_="playground-how")
    return Row((join(question.title, how), join(answer, " ", field), _kept(kept)))


def _request(question: Question) -> str:
    who = f", from {question.initiator}" if question.initiator else ""
    how = _HOW[question.asker]
    return f"{'' if question.asker == 'script' else f'{question.method} '}{question.url} ({how}{who})"


def _kept(kept: Sequence[tuple[Cookie, str]]) -> Html:
    """Cookies that the same condition keeps back stand in one line."""
    lines: dict[str, list[str]] = {}
    for cookie, reason in kept:
        lines.setdefault(reason, []).append(_shortened(cookie.pair, 30))
    items = [element("li", element("b", ", ".join(pairs)), f": {visible(reason)} ",
                     element("span", condition(reason), class_="playground-step")) for reason, pairs in lines.items()]
    return element("ul", *items, class_="playground-kept") if items else join("–")


def _reach(cookie: Cookie) -> Html:
    return join(f"{cookie.domain} alone" if cookie.host_only else f"{cookie.domain} and every host below")


def _flags(cookie: Cookie) -> Html:
    said = "SameSite not given, as Lax" if cookie.same_site == "Default" else f"SameSite={cookie.same_site}"
    return join(", ".join([*["Secure"] * cookie.secure, *["HttpOnly"] * cookie.http_only, said]))


def _life(cookie: Cookie, now: datetime) -> Html:
    if cookie.expires is None:
        return join("as long as the session")
    ended = "expired " if cookie.expires <= now else "expires "
    return join(f"{ended}{apart(cookie.expires.timestamp(), now.timestamp())}")


def _identity(cookie: Cookie) -> tuple[object, ...]:
    return cookie.name, cookie.value, cookie.domain, cookie.host_only, cookie.path


def _shortened(text: str, most: int = _MOST_CHARACTERS) -> str:
    shown = visible(text)
    return shown if len(shown) <= most else f"{shown[:most]}…"
