"""The other sites: an attacker's, and one on a sibling host of the bank that somebody else controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.csrf.forgeries import page, with_query

if TYPE_CHECKING:
    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse


def attacker_app() -> Flask:
    """An app whose `/forge` makes browsers send requests (see `forged`), and whose `/collect` keeps what it gets.

    What was collected is in `app.config["collected"]`: each a query or a body as text.
    """
    from flask import Flask, redirect, request

    app = Flask("attacker")
    app.config["collected"] = []

    @app.get("/forge")
    def forge() -> str | AnyResponse:
        kind, url = request.args["kind"], request.args["url"]
        fields = {name: value for name, value in request.args.items() if name not in ("kind", "url")}
        if kind == "redirect":
            return redirect(with_query(url, fields))
        return page(kind, url, fields)

    @app.route("/collect", methods=["GET", "POST"])
    def collect() -> str:
        app.config["collected"].append(request.query_string.decode() or request.get_data(as_text=True))
        return "<link rel=icon href=data:,>thanks"

    return app


def sibling_app() -> Flask:
    """An attacker's app on a host beside the bank's; its `/toss?line=…` answers with these Set-Cookie lines."""
    from flask import make_response, request

    app = attacker_app()

    @app.get("/toss")
    def toss() -> Response:
        answer = make_response("<link rel=icon href=data:,>tossed")
        for line in request.args.getlist("line"):
            answer.headers.add("Set-Cookie", line)
        return answer

    return app
