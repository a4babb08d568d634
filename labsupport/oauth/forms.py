"""What holds for the forms of all parties: they are sent from their own pages, and nobody keeps or frames them."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import flask

_OWN = ("same-origin", "none")


def protect(app: flask.Flask, *forms: str) -> None:
    """Refuse what other sites send to the paths of `forms`; let browsers keep, frame and pass on nothing of an app."""
    app.before_request(partial(_refuse_forged, forms))
    app.after_request(_keep_to_itself)


def _refuse_forged(forms: Collection[str]) -> None:
    # A client without the field, which is no browser, has no cookies that somebody else could use.
    if flask.request.path in forms and flask.request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        flask.abort(403)


def _keep_to_itself(answer: flask.Response) -> flask.Response:
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    answer.headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    return answer
