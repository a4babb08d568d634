"""An exception in a route reaches the reader: raised by the site, or as the error of the cell."""

from __future__ import annotations

import logging
import os
import re
import textwrap
import traceback
from pathlib import Path

import nbformat
import pytest
import requests
from flask import Flask, abort
from flask.logging import default_handler
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from werkzeug.middleware.proxy_fix import ProxyFix

from labsupport.server import Site

REPOSITORY = Path(__file__).parents[2]


class OutOfMilkError(Exception):
    """What the shop's routes raise."""


def shelf():
    raise OutOfMilkError("come back tomorrow")


def make_app(**config) -> Flask:
    app = Flask("shop")
    app.config.update(config)

    @app.route("/milk", methods=["GET", "POST"])
    def milk():
        return shelf()

    @app.get("/hello")
    def hello():
        return "hello"

    @app.get("/gone")
    def gone():
        abort(410)

    @app.get("/none")
    def none():
        return None

    return app


def plain(environ, start_response):
    shelf()


def starts_twice(environ, start_response):
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def never_starts(environ, start_response):
    return [b"milk"]


def smuggles(environ, start_response):
    start_response("200 OK", [("X-Name", "a\r\nSet-Cookie: b=c")])
    return [b"milk"]


def breaks_off(environ, start_response):
    start_response("200 OK", [("Content-Length", "8")])
    yield b"milk"
    shelf()


def names(error) -> list[str]:
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


APPS = {
    "flask": make_app(),
    "flask, propagating": make_app(PROPAGATE_EXCEPTIONS=True),
    "flask, testing": make_app(TESTING=True),
    "flask behind a middleware": ProxyFix(make_app()),
    "wsgi": plain,
}


@pytest.fixture(params=APPS)
def failing(request):
    return APPS[request.param]


def test_the_client_gets_a_500(failing):
    with Site(failing) as site:
        response = requests.get(site.url + "/milk")
        assert (response.status_code, response.reason.title()) == (500, "Internal Server Error")
        assert len(response.text) < 400
        assert "OutOfMilkError" not in response.text
        site.failures.take()


def test_a_failure_is_there_as_soon_as_the_client_has_its_response(failing):
    with Site(failing) as site:
        for count in range(1, 21):
            requests.get(site.url + "/milk")
            assert len(site.failures) == count
        assert len(site.failures.take()) == 20


def test_leaving_the_with_block_raises_what_the_route_raised(failing):
    with pytest.raises(OutOfMilkError, match="come back tomorrow"), Site(failing) as site:
        requests.get(site.url + "/milk")


def test_stop_raises_it_too_and_once(failing):
    site = Site(failing).start()
    requests.get(site.url + "/milk")
    with pytest.raises(OutOfMilkError):
        site.stop()
    assert not site.running
    site.stop()


def test_the_traceback_begins_with_the_application_s_own_code(failing):
    with Site(failing) as site:
        requests.get(site.url + "/milk")
        (error,) = site.failures.take()
    assert names(error) in (["milk", "shelf"], ["plain", "shelf"])


def test_a_failure_outside_the_application_s_code_keeps_its_traceback():
    with Site(make_app()) as site:
        requests.get(site.url + "/none")
        (error,) = site.failures.take()
    assert isinstance(error, TypeError)
    assert "make_response" in names(error)


def test_a_failure_that_was_taken_is_not_raised(failing):
    with Site(failing) as site:
        requests.get(site.url + "/milk")
        assert [type(error) for error in site.failures] == [OutOfMilkError]
        assert repr(site.failures) == "<Failures [OutOfMilkError('come back tomorrow')]>"
        assert len(site.failures.take()) == 1
        assert list(site.failures) == []


def test_the_first_of_several_is_raised_with_a_note_on_the_others():
    with pytest.raises(OutOfMilkError) as caught, Site(make_app()) as site:
        requests.get(site.url + "/milk")
        requests.get(site.url + "/none")
    assert len(caught.value.__notes__) == 1
    assert caught.value.__notes__[0].startswith("The site failed once more: TypeError(")


def test_the_route_s_error_explains_the_client_s():
    with pytest.raises(OutOfMilkError) as caught, Site(make_app()) as site:
        requests.get(site.url + "/milk").raise_for_status()
    assert isinstance(caught.value.__context__, requests.HTTPError)


def test_an_interrupt_comes_before_the_route_s_error():
    with pytest.raises(KeyboardInterrupt), Site(make_app()) as site:
        requests.get(site.url + "/milk")
        raise KeyboardInterrupt


def test_an_http_error_that_flask_answers_is_no_failure():
    with Site(make_app()) as site:
        statuses = [requests.get(site.url + path).status_code for path in ("/missing", "/gone")]
        statuses.append(requests.post(site.url + "/hello").status_code)
    assert statuses == [404, 410, 405]


def test_an_http_error_that_leaves_a_wsgi_callable_is_answered_and_no_failure():
    with Site(lambda environ, start_response: abort(418)) as site:
        assert requests.get(site.url).status_code == 418


def test_the_app_s_own_page_for_a_500_is_sent():
    app = make_app()
    app.register_error_handler(500, lambda error: ("sorry", 500))
    with Site(app) as site:
        assert requests.get(site.url + "/milk").text == "sorry"
        site.failures.take()


def test_an_exception_that_the_app_handles_is_no_failure():
    app = make_app()
    app.register_error_handler(OutOfMilkError, lambda error: ("oat milk", 200))
    with Site(app) as site:
        assert requests.get(site.url + "/milk").text == "oat milk"


@pytest.mark.parametrize(
    ("application", "complaint"),
    [
        (starts_twice, "start_response called a second time"),
        (never_starts, "sent content before it called start_response"),
        (smuggles, "a line break inside a field line"),
    ],
)
def test_an_application_that_breaks_the_rules_is_a_failure(application, complaint):
    with Site(application) as site:
        response = requests.get(site.url)
        assert (response.status_code, response.text) == (500, "500 Internal Server Error\n")
        (error,) = site.failures.take()
    assert complaint in str(error)


def test_a_response_that_breaks_off_is_a_failure_and_the_client_sees_it():
    with Site(breaks_off) as site:
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            requests.get(site.url)
        assert [type(error) for error in site.failures.take()] == [OutOfMilkError]
        assert site.exchanges[0].response_body == b"milk"


def starts_and_fails(environ, start_response):
    start_response("200 OK", [("X-Shelf", "full"), ("Content-Length", "4")])
    shelf()


def test_nothing_of_an_answer_that_failed_is_sent():
    with Site(starts_and_fails) as site:
        response = requests.get(site.url)
        assert (response.status_code, "X-Shelf" in response.headers) == (500, False)
        assert [type(error) for error in site.failures.take()] == [OutOfMilkError]


def test_more_content_than_declared_is_a_failure():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", "3")])
        return [b"mil", b"k"]

    with pytest.raises(ValueError, match="more content than its Content-Length says"), Site(application) as site:
        requests.get(site.url)


def test_a_connection_refused_inside_a_route_is_a_failure():
    def application(environ, start_response):
        raise ConnectionRefusedError("the upstream is down")

    with Site(application) as site:
        assert requests.get(site.url).status_code == 500
        assert [type(error) for error in site.failures.take()] == [ConnectionRefusedError]


def test_each_site_has_its_own_failures():
    app = make_app()
    with Site(app) as one, Site(app) as other:
        requests.get(one.url + "/milk")
        assert (len(one.failures), len(other.failures)) == (1, 0)
        one.failures.take()


def test_the_app_is_left_as_it_was():
    app = make_app()
    before = dict(app.config), app.wsgi_app, app.error_handler_spec, app.testing
    with Site(app) as site:
        requests.get(site.url + "/milk")
        site.failures.take()
    assert (dict(app.config), app.wsgi_app, app.error_handler_spec, app.testing) == before


def test_flask_does_not_log_the_traceback_as_well(capfd):
    app = make_app()
    app.logger.addHandler(default_handler)
    with Site(app) as site:
        requests.get(site.url + "/milk")
        site.failures.take()
    assert capfd.readouterr() == ("", "")


def test_what_a_route_logs_is_still_written(capfd):
    app = make_app()
    app.logger.setLevel(logging.INFO)
    app.logger.addHandler(default_handler)

    @app.get("/log")
    def log():
        app.logger.info("one bottle left")
        return ""

    with Site(app) as site:
        requests.get(site.url + "/log")
    assert "one bottle left" in capfd.readouterr().err


SHOP = """
import requests
from flask import Flask
from labsupport.server import Site
app = Flask("shop")

@app.get("/milk")
def milk():
    return shelf()

def shelf():
    return {}["milk"]

site = Site(app).start()
"""


def run(*cells: str, allow_errors=True):
    """Run cells in a real kernel; the outputs of the last one."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in (SHOP, *cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    NotebookClient(notebook, timeout=60, allow_errors=allow_errors).execute(env=environment)
    return notebook.cells[-1].outputs


def text_of(output) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))


def test_in_a_notebook_the_cell_that_asked_shows_the_traceback_of_the_route():
    (output,) = run('status = requests.get(site.url + "/milk").status_code')
    assert (output.output_type, output.ename, output.evalue) == ("error", "KeyError", "'milk'")
    assert "return shelf()" in text_of(output)
    for plumbing in ("werkzeug", "labsupport", "flask/app.py", "run_wsgi"):
        assert plumbing not in text_of(output)


def test_in_a_notebook_the_cell_counts_as_failed():
    with pytest.raises(CellExecutionError, match="KeyError"):
        run('status = requests.get(site.url + "/milk").status_code', allow_errors=False)


def test_in_a_notebook_the_traceback_is_shown_once():
    outputs = run('status = requests.get(site.url + "/milk").status_code', "site.stop(); print(status)")
    assert [(output.output_type, output.text) for output in outputs] == [("stream", "500\n")]


def test_in_a_notebook_the_cell_s_own_error_comes_first():
    cell_error, route_error = run('requests.get(site.url + "/milk").raise_for_status()')
    assert (cell_error.ename, route_error.ename) == ("HTTPError", "KeyError")


def test_in_a_notebook_a_cell_may_take_the_failure_it_provoked():
    (output,) = run('requests.get(site.url + "/milk"); print(site.failures.take())')
    assert output.text == "(KeyError('milk'),)\n"


def test_in_a_notebook_a_with_block_raises_in_its_own_cell():
    (output,) = run('with Site(app) as inner:\n    requests.get(inner.url + "/milk")')
    assert output.ename == "KeyError"


def test_in_a_notebook_a_site_that_is_gone_by_the_end_of_the_cell_still_shows_its_failure():
    (output,) = run("""
        def ask():
            inner = Site(app).start()
            requests.get(inner.url + "/milk")

        ask()
    """)
    assert output.ename == "KeyError"
