"""A shop with the pages that the tests show to a browser."""

from __future__ import annotations

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

PIXEL = bytes.fromhex("47494638396101000100800100000000ffffff21f90401000001002c00000000010001000002024c01003b")
"""A GIF of one pixel."""

_FRONT = """
<p id=greeting>welcome</p>
<a id=next href="/next">next</a> <a id=down href="#greeting">down</a>
<form action="/find"><input name=q value="old"><button id=find>find</button></form>
<form action="/order" method=post><input name=item><button id=order>order</button></form>
"""


def page(title: str, body: str) -> str:
    """An HTML page that asks for nothing else, and says in its title when it came out of the back/forward cache."""
    restored = 'onpageshow = event => { if (event.persisted) document.title += ", restored" }'
    return (f'<!doctype html><link rel="icon" href="data:,"><title>{title}</title>'
            f"<script>{restored}</script>{body}")


def shop() -> Flask:
    """The shop; a query `cache=…` of any page is its Cache-Control, and each `set=…` one of its Set-Cookie lines."""
    app = Flask("shop")

    @app.get("/")
    def front() -> str:
        return page("front", _FRONT)

    @app.get("/next")
    def following() -> str:
        return page("next", "<a href='/'>front</a>")

    @app.get("/find")
    def find() -> str:
        return page("found", request.args["q"])

    @app.post("/order")
    def order() -> str:
        return page("ordered", f"one {request.form['item']} <a href='/next'>next</a>")

    @app.get("/moved")
    def moved() -> AnyResponse:
        return redirect("/next")

    @app.get("/pixel")
    def pixel() -> Response:
        return Response(PIXEL, mimetype="image/gif")

    @app.get("/versioned")
    def versioned() -> AnyResponse:
        response = Response("milk")
        response.set_etag("first")
        return response.make_conditional(request)

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> tuple[str, int, dict[str, str]]:
        return request.get_data(as_text=True), 202, {"X-Method": request.method}

    @app.get("/embedding")
    def embedding() -> str:
        return page("embedding", "".join(f'<img src="{source}">' for source in request.args.getlist("img")))

    @app.after_request
    def as_the_query_says(response: Response) -> Response:
        if "cache" in request.args:
            response.headers["Cache-Control"] = request.args["cache"]
        for line in request.args.getlist("set"):
            response.headers.add("Set-Cookie", line)
        return response

    return app
