"""Express apps in real Node: what they serve and print, how their mistakes are told, and that none is left behind."""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from labsupport import doctor, experiment, node, programs
from labsupport.errors import ReaderError, Unavailable
from labsupport.node import NodeSite
from labsupport.processes import Running
from labsupport.server import proxies
from labsupport.settings import must_be_live
from tests.waiting import lives, wait_until

in_node = pytest.mark.needs("express")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux processes are found by way of /proc")

VIEWS = """
  const session = require("express-session");
  app.use(session({secret: "keyboard cat", resave: false, saveUninitialized: true}));
  app.get("/views", (request, response) => {
    request.session.views = (request.session.views ?? 0) + 1;
    response.send(`${request.session.views} times`);
  });
"""
TALKS = """
app.get("/say/:word", (request, response) => {
  console.log(request.params.word);
  response.send("said");
});
app.get("/fail", () => {
  throw new Error("boom");
});
app.get("/fail-later", async () => {
  await null;
  nobody.knows();
});
app.post("/json", require("express").json(), (request, response) => response.json(request.body));
app.get("/end", (request, response) => response.on("finish", () => process.exit(3)).send("bye"));
app.get("/crash", (request, response) => response.on("finish", () => setTimeout(crash)).send("bye"));
function crash() {
  throw new Error("too late");
}
"""


@pytest.fixture(scope="module")
def talks():
    with NodeSite(TALKS) as site:
        yield site


def get(site, path):
    return requests.get(site.url + path, timeout=10)


@in_node
def test_an_app_has_the_real_middleware():
    with NodeSite(VIEWS) as site, requests.Session() as visitor:
        assert [visitor.get(site.url + "/views").text for _ in range(3)] == ["1 times", "2 times", "3 times"]
        assert get(site, "/views").text == "1 times"
        assert visitor.cookies["connect.sid"].startswith("s%3A")


@in_node
@pytest.mark.parametrize("package", ["express", "cookie-session", "express-session", "parseurl", "node:crypto"])
def test_an_app_requires_the_pinned_packages_and_nodes_own(package):
    NodeSite(f'if (!require("{package}")) throw new Error("nothing");').stop()


@in_node
def test_a_restart_keeps_the_port_and_forgets_the_memory():
    with NodeSite(VIEWS + 'console.log("begun");') as site, requests.Session() as visitor:
        url = site.url
        assert [visitor.get(url + "/views").text for _ in range(2)] == ["1 times", "2 times"]
        site.restart()
        assert site.url == url
        assert visitor.get(url + "/views").text == "1 times"
        assert site.wait(2) == ("begun", "begun")


@in_node
def test_what_a_route_printed_is_there_with_its_response(talks):
    before = talks.printed
    for word in ("one", "zwölf", "中文"):
        get(talks, f"/say/{word}")
    assert talks.printed.removeprefix(before) == "one\nzwölf\n中文\n"
    assert talks.wait(3)[-3:] == ("one", "zwölf", "中文")


@in_node
def test_lines_that_come_later_are_waited_for():
    with NodeSite('let n = 0; setInterval(() => console.log("line", ++n), 20)') as site:
        assert site.wait(3)[:3] == ("line 1", "line 2", "line 3")


@in_node
def test_lines_that_do_not_come_are_waited_for_so_long(talks):
    with pytest.raises(TimeoutError, match=r"printed \d+ lines in 0\.1 s, not 1000: "):
        talks.wait(1000, timeout=0.1)


@in_node
def test_what_was_printed_is_kept_after_the_end():
    with NodeSite('console.log("hello")') as site:
        site.wait(1)
    assert site.printed == "hello\n"
    assert repr(site) == "<NodeSite stopped>"


@in_node
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/fail", "Error: boom\n    at app.js:7:9\n"),
        ("/fail-later", "ReferenceError: nobody is not defined\n    at app.js:11:3\n"),
    ],
)
def test_a_route_that_fails_answers_500_and_prints_the_error_with_the_line_of_the_text(talks, path, told):
    before = talks.printed
    response = get(talks, path)
    assert response.status_code == 500
    assert "Internal Server Error" in response.text
    assert wait_until(lambda: talks.printed != before)
    assert talks.printed.removeprefix(before) == told


@in_node
def test_no_response_tells_where_the_packages_are(talks):
    assert get(talks, "/nowhere").status_code == 404
    bad = requests.post(talks.url + "/json", data="{", headers={"Content-Type": "application/json"}, timeout=10)
    assert bad.status_code == 400
    for response in (bad, get(talks, "/fail"), get(talks, "/nowhere")):
        assert "node_modules" not in response.text


MISTAKES = {
    "\n\nfoo(;\n": "app.js:3\nfoo(;\n    ^\n\nSyntaxError: Unexpected token ';'",
    "\nconst app = 1;": "app.js:2\nconst app = 1;\n      ^\n\nSyntaxError: Identifier 'app' has already been declared",
    "\n// 中文\nlet y;\n  y.z.w;": "TypeError: Cannot read properties of undefined (reading 'z')\n    at app.js:4:5",
    "\napp.use(undefined);": "TypeError: app.use() requires a middleware function\n    at app.js:2:5",
    "\n\napp.listen(3000);": "Error: a NodeSite listens by itself; leave out app.listen(...)\n    at app.js:3:5",
    'require("left-pad");': "Error: Cannot find module 'left-pad'\n    at app.js:1:1",
    'app.use(require("cookie-session")({}));': "Error: .keys required.\n    at app.js:1:34",
    'throw "a text";': "Uncaught a text",
}


@in_node
@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_in_nodes_words_with_the_line_of_the_text(text):
    with pytest.raises(ReaderError) as told:
        NodeSite(text)
    assert str(told.value) == f"the app in Node ended with status 1; it printed:\n{MISTAKES[text]}"


@in_node
def test_an_app_that_ends_before_it_listens_is_told():
    with pytest.raises(ReaderError, match=r"ended with status 0; it printed:\ngone$"):
        NodeSite('console.log("gone"); process.exit(0)')


@in_node
@pytest.mark.parametrize("text", ["", " \n", None, 7, b"app.get()", ["app"]])
def test_an_app_is_text(text):
    with pytest.raises(ReaderError, match="takes the app as JavaScript text, not "):
        NodeSite(text)


@in_node
def test_an_app_with_half_a_character_is_refused():
    with pytest.raises(ReaderError, match=r"half a character \(a lone surrogate\) at position 3"):
        NodeSite('"\\\\\ud83d"')


@pytest.fixture
def begun(monkeypatch):
    """The programs that sites start."""
    programs = []

    def start(*words, **others):
        programs.append(Running(*words, **others))
        return programs[-1]

    monkeypatch.setattr(node, "Running", start)
    return programs


@in_node
def test_an_app_that_hangs_at_the_start_is_given_up(begun, monkeypatch):
    def now():
        return 11 if begun and begun[0].printed else 0

    assert 5 <= node._START_S <= 10
    monkeypatch.setattr(node, "time", SimpleNamespace(monotonic=now, sleep=time.sleep))
    with pytest.raises(ReaderError, match=r"does not listen after 10 s; does it loop\? It printed: round$"):
        NodeSite('console.log("round"); for (;;);')
    assert begun[0].status is not None


@in_node
def test_an_app_that_failed_by_itself_says_so_wherever_it_is_used():
    site = NodeSite(TALKS)
    get(site, "/crash")
    assert wait_until(lambda: repr(site) == "<NodeSite ended>")
    for use in (lambda: site.url, lambda: site.wait(9), site.stop):
        with pytest.raises(ReaderError, match="ended with status 1; it printed:\nError: too late\n"):
            use()
    site.stop()


@in_node
def test_the_end_of_the_app_explains_what_its_client_met():
    with pytest.raises(ReaderError, match="ended with status 3"):
        with NodeSite(TALKS) as site:
            url = site.url
            get(site, "/end")
            assert wait_until(lambda: repr(site) == "<NodeSite ended>")
            requests.get(url, timeout=10)


@in_node
def test_an_interrupt_of_the_reader_comes_before_that():
    with pytest.raises(KeyboardInterrupt):
        with NodeSite(TALKS) as site:
            get(site, "/end")
            assert wait_until(lambda: repr(site) == "<NodeSite ended>")
            raise KeyboardInterrupt


@in_node
def test_one_that_failed_may_be_started_again():
    with NodeSite(TALKS) as site:
        get(site, "/end")
        assert wait_until(lambda: repr(site) == "<NodeSite ended>")
        site.restart()
        assert get(site, "/say/again").text == "said"


@in_node
def test_a_port_that_somebody_else_took_meanwhile_is_told():
    with NodeSite(TALKS) as site:
        address = "127.0.0.1", int(site.url.rpartition(":")[2])
        site.stop()
        with socket.create_server(address):
            with pytest.raises(ReaderError, match=f"Error: listen EADDRINUSE: address already in use {address[0]}"):
                site.restart()


@in_node
@linux
def test_it_listens_on_the_loopback_address_alone(talks):
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", int(talks.url.rpartition(":")[2])), timeout=5)


@in_node
def test_what_the_reader_has_set_for_node_and_for_proxies_changes_nothing(monkeypatch):
    for name in node._READERS_OWN:
        monkeypatch.setenv(name, "--no-such-option" if name == "NODE_OPTIONS" else "production")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    asked_directly = proxies._in_use["127.0.0.1"]
    with NodeSite('app.get("/", (request, response) => response.json(process.env))') as site:
        assert not set(node._READERS_OWN) & set(get(site, "/").json())
        assert proxies._in_use["127.0.0.1"] == asked_directly + 1
    assert proxies._in_use["127.0.0.1"] == asked_directly


@in_node
def test_stopping_twice_is_fine():
    site = NodeSite(TALKS)
    url = site.url
    site.stop()
    site.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


PROCESS = "console.log(process.pid);"


@in_node
@linux
def test_the_last_reference_stops_it():
    site = NodeSite(PROCESS)
    (process,) = site.wait(1)
    assert lives(int(process))
    del site
    gc.collect()
    assert not lives(int(process))


@in_node
@linux
def test_an_interrupted_start_leaves_nothing(begun, monkeypatch):
    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(node, "time", SimpleNamespace(monotonic=time.monotonic, sleep=interrupted))
    with pytest.raises(KeyboardInterrupt):
        NodeSite("for (;;);")
    assert begun[0].status is not None
    assert not begun[0].folder.exists()


@in_node
@linux
@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_nothing_survives_a_kernel_that_is_killed(send):
    source = (
        "from labsupport.node import NodeSite; import time\n"
        f"site = NodeSite({PROCESS!r})\n"
        "print(*site.wait(1), site._program.folder, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as kernel:
        assert kernel.stdout is not None
        process, folder = kernel.stdout.readline().split()
        assert lives(int(process))
        send(kernel.pid, signal.SIGKILL)
    assert wait_until(lambda: not lives(int(process)))
    assert wait_until(lambda: not Path(folder).exists())


@in_node
def test_express_is_an_instrument_that_runs_live_here():
    assert experiment.availability("express") == experiment.Availability("node")
    assert doctor.node_peers().live


@pytest.fixture
def anywhere(monkeypatch):
    """The availability of Node, whatever the environment of this run asks for."""
    monkeypatch.delenv("LAB_ENGINE", raising=False)
    return monkeypatch


@pytest.mark.skipif(os.name != "posix", reason="only on Linux and macOS programs run beside the cells")
@pytest.mark.parametrize("missing", ["program", "packages", "permission", "repository"])
def test_where_something_is_missing_recordings_are_replayed_and_the_remedy_is_told(anywhere, tmp_path, missing):
    if missing == "program":
        anywhere.setenv("PATH", str(tmp_path))
        anywhere.setattr(programs, "SYSTEM_FOLDERS", ())
    if missing == "packages":
        anywhere.setattr(node, "find_program", lambda name: "/usr/bin/node")
        anywhere.setattr(node, "REPOSITORY", tmp_path)
    if missing == "permission":
        anywhere.setattr(node, "find_program", lambda name: "/usr/bin/node")
        anywhere.setattr(node, "folder_of", lambda lock: tmp_path)
        anywhere.setattr(os, "access", lambda path, mode: path != tmp_path)
    if missing == "repository":
        anywhere.setattr(node, "find_program", lambda name: "/usr/bin/node")
        anywhere.setattr(node, "LOCK", tmp_path / "package-lock.json")
    state = node.availability()
    told = {
        "program": ("the program node is not installed", "install Node and npm"),
        "packages": ("the packages express, cookie-session, … are not installed", "install npm, then run"),
        "permission": (f"you may not read {tmp_path}", f"ask its owner for: chmod -R a+rX {tmp_path}"),
        "repository": ("the package is not in the book's repository", "run it there"),
    }
    assert (state.live, state.reason) == (False, told[missing][0])
    assert state.remedy.startswith(told[missing][1])
    finding = doctor.node_peers()
    assert (finding.live, finding.how, finding.remedy) == (False, state.reason, state.remedy)
    with pytest.raises(Unavailable, match=f"a site in Node cannot run here: {state.reason}"):
        NodeSite(TALKS)


def test_recordings_may_be_asked_for(monkeypatch):
    monkeypatch.setenv("LAB_ENGINE", "recorded")
    state = experiment.availability("express")
    assert (state.live, state.reason) == (False, "LAB_ENGINE=recorded asks for it")


def test_express_may_be_required_by_name(monkeypatch):
    monkeypatch.setenv("LAB_REQUIRE", "express")
    assert must_be_live("express")
    assert not must_be_live("network")


def test_another_state_of_the_lock_file_has_another_folder(tmp_path):
    lock = tmp_path / "package-lock.json"
    folders = set()
    for content in ("{}", "{ }"):
        lock.write_text(content)
        folders.add(node.folder_of(lock))
    assert len(folders) == 2
    assert {folder.parent for folder in folders} == {node.REPOSITORY / "_build" / "node"}
