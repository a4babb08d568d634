"""Live first, recorded second, never silent."""

import json
import socket
import sys

import pytest

from labsupport import experiment
from labsupport.errors import DiffersFromRecording, ReaderError, Unavailable
from labsupport.experiment import Availability, chapter, current, observe
from labsupport.experiment import availability as availability_of
from labsupport.network import Network, availability
from labsupport.settings import must_be_live

NAME = "3-tcp/01-opening"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book with one chapter, seen from the chapter's folder, where everything may be replayed."""
    (tmp_path / "chapters" / "3-tcp").mkdir(parents=True)
    (tmp_path / "chapters" / f"{NAME}.claims.yml").write_text("[]")
    monkeypatch.chdir(tmp_path / "chapters" / "3-tcp")
    monkeypatch.delenv("LAB_REQUIRE", raising=False)
    monkeypatch.delenv("LAB_RECORD", raising=False)
    monkeypatch.setattr(experiment, "_current", None)
    yield tmp_path / "chapters"
    availability.cache_clear()


@pytest.fixture
def replaying(monkeypatch):
    """A machine on which no network experiment runs."""
    def switch(engine="recorded"):
        monkeypatch.setenv("LAB_ENGINE", engine)
        availability.cache_clear()
    return switch


def test_a_chapter_knows_where_its_files_are(book):
    chapter(NAME, needs=())
    assert current().claims_file == book / "3-tcp/01-opening.claims.yml"
    assert current().recordings == book / "recordings/3-tcp/01-opening"


@pytest.mark.parametrize("start", [".", "..", "../.."])
def test_a_chapter_is_found_from_the_folders_above_it(book, monkeypatch, start):
    monkeypatch.chdir(start)
    chapter(NAME, needs=())
    assert current().book == book


def test_an_unknown_chapter_is_named(book):
    with pytest.raises(ReaderError, match=r"no chapter is called '3-tcp/02-closing' at or above 3-tcp/; give its path"):
        chapter("3-tcp/02-closing")


def test_an_experiment_before_the_first_cell_says_which_cell_to_run(book):
    with pytest.raises(ReaderError, match="run the first cell, which calls chapter"):
        current()


def test_the_notice_says_what_is_live_and_what_is_replayed(book):
    notice = repr(chapter(NAME, needs=("no-such-program", "sh")))
    assert "sh: live on this machine" in notice
    missing = "no-such-program: replayed from recordings (nothing recorded yet), because the program no-such-program is"
    assert missing in notice
    assert "install the package that has no-such-program" in notice


def test_where_recordings_are_asked_for_the_notice_says_it_of_every_need(book, replaying):
    replaying()
    notice = repr(chapter(NAME, needs=("network", "sh")))
    for need in ("network", "sh"):
        assert f"{need}: replayed from recordings (nothing recorded yet), because LAB_ENGINE=recorded asks" in notice
    assert "unset LAB_ENGINE" in notice


def test_the_notice_carries_the_styles_and_escapes_the_rest(book):
    html = chapter(NAME, needs=("no<such>program",))._repr_html_()
    assert "<style>" in html
    assert "no&lt;such&gt;program" in html


def test_the_notice_names_the_machine_of_the_recordings(book, replaying):
    replaying()
    folder = book / "recordings" / NAME
    folder.mkdir(parents=True)
    (folder / "one.json").write_text(json.dumps({"recorded": {"system": "Linux 6.18", "date": "2026-11-22"}}))
    assert "(Linux 6.18, 2026-11-22)" in repr(chapter(NAME))


def test_with_lab_require_the_first_cell_fails_with_the_remedy(book, replaying, monkeypatch):
    replaying()
    monkeypatch.setenv("LAB_REQUIRE", "all")
    with pytest.raises(Unavailable, match=r"network instrument cannot run here.*Remedy: unset LAB_ENGINE"):
        chapter(NAME)


def test_lab_require_may_name_single_instruments(book, replaying, monkeypatch):
    replaying()
    monkeypatch.setenv("LAB_REQUIRE", "browser,redis")
    chapter(NAME)
    monkeypatch.setenv("LAB_REQUIRE", "browser,network")
    with pytest.raises(Unavailable):
        chapter(NAME)


def test_an_observation_is_live_where_it_can_be(book):
    chapter(NAME, needs="sh")
    assert observe("answer", lambda: 42, needs="sh") == 42


def test_an_observation_comes_back_as_json_has_it(book):
    chapter(NAME, needs=("sh",))
    assert observe("answer", lambda: {1: (2, None)}, needs="sh") == {"1": [2, None]}


@pytest.mark.parametrize("seen", [{1, 2}, b"octets", float("nan"), {(1, 2): 3}])
def test_what_json_cannot_hold_is_no_observation(book, seen):
    chapter(NAME, needs=("sh",))
    with pytest.raises(ReaderError, match=r"what observe\('answer'\) saw cannot be kept: .*; return numbers, texts or"):
        observe("answer", lambda: seen, needs="sh")


def test_an_observation_that_holds_itself_is_refused(book):
    chapter(NAME, needs=("sh",))
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ReaderError, match=r"what observe\('answer'\) saw cannot be kept: Circular reference"):
        observe("answer", lambda: endless, needs="sh")


def test_an_observation_needs_only_what_the_chapter_has_named(book):
    chapter(NAME, needs=())
    with pytest.raises(ReaderError, match=r"'answer' needs 'sh'; name it in the chapter's first cell"):
        observe("answer", lambda: 42, needs="sh")


def test_an_observation_is_replayed_where_it_cannot(book, monkeypatch):
    chapter(NAME, needs=("sh", "no-such-program"))
    monkeypatch.setenv("LAB_RECORD", "missing")
    observe("answer", lambda: [1, "two"], needs="sh")
    assert observe("answer", lambda: pytest.fail("must not look"), needs="no-such-program") == [1, "two"]


def test_an_observation_needs_all_its_instruments(book):
    chapter(NAME, needs=("sh", "no-such-program"))
    with pytest.raises(Unavailable, match="no-such-program is not installed, and nothing was recorded as answer"):
        observe("answer", lambda: 42, needs=("sh", "no-such-program"))


def test_recording_keeps_what_tells_the_same_story(book, monkeypatch):
    chapter(NAME, needs=("sh", "no-such-program"))
    path = book / "recordings" / NAME / "answer.json"
    monkeypatch.setenv("LAB_RECORD", "missing")
    observe("answer", lambda: "port 4000", needs="sh", story=lambda text: text[:4])
    observe("answer", lambda: "port 5000", needs="sh", story=lambda text: text[:4])
    assert json.loads(path.read_text())["observation"] == "port 4000"
    observe("answer", lambda: "none", needs="sh", story=lambda text: text[:4])
    assert json.loads(path.read_text())["observation"] == "none"
    monkeypatch.setenv("LAB_RECORD", "all")
    observe("answer", lambda: "none at all", needs="sh", story=lambda text: text[:4])
    assert json.loads(path.read_text())["observation"] == "none at all"
    assert [entry.name for entry in path.parent.iterdir()] == ["answer.json"]


def test_a_live_observation_that_contradicts_its_recording_fails_in_ci(book, monkeypatch):
    chapter(NAME, needs=("sh", "no-such-program"))
    monkeypatch.setenv("LAB_RECORD", "missing")
    observe("answer", lambda: 42, needs="sh")
    monkeypatch.delenv("LAB_RECORD")
    assert observe("answer", lambda: 43, needs="sh") == 43
    monkeypatch.setenv("LAB_REQUIRE", "all")
    assert observe("answer", lambda: 42, needs="sh") == 42
    with pytest.raises(DiffersFromRecording, match=r"answer: recorded was 42, seen was 43.*make refresh RECORD=1"):
        observe("answer", lambda: 43, needs="sh")
    with pytest.raises(DiffersFromRecording, match="another: there is no recording"):
        observe("another", lambda: 42, needs="sh")


@pytest.mark.parametrize("name", ["http/get", "..", "two words", "", ".hidden"])
def test_a_recording_has_a_plain_name(book, name):
    chapter(NAME, needs=("sh",))
    with pytest.raises(ReaderError, match="cannot name a recording; use letters, digits and hyphens"):
        observe(name, lambda: 42, needs="sh")


def test_nothing_is_recorded_unless_asked(book):
    chapter(NAME, needs=("sh", "no-such-program"))
    observe("answer", lambda: 42, needs="sh")
    assert not (book / "recordings").exists()


def test_a_readers_error_is_shown_without_a_traceback():
    assert Unavailable("the wire", "no Linux", "use Linux")._render_traceback_() == [
        "Unavailable: the wire cannot run here: no Linux. Remedy: use Linux"
    ]


@pytest.mark.needs("network")
def test_a_capture_is_the_same_live_and_replayed(book, replaying, monkeypatch):
    def experiment_of_a_cell():
        with Network(rtt_ms=20) as network, network.listen() as listener:
            with network.capture("opening") as wire, network.connect(listener):
                wire.until(lambda seen: seen.state("server") == "ESTABLISHED")
                queues = [entry.receive_queue for entry in wire.sockets("sockets", network.server)]
        return wire, queues

    chapter(NAME)
    monkeypatch.setenv("LAB_RECORD", "missing")
    live, live_queues = experiment_of_a_cell()
    replaying()
    replayed, replayed_queues = experiment_of_a_cell()
    assert replayed.conversation == live.conversation
    assert replayed_queues == live_queues
    assert replayed.conversation.path("server") == live.conversation.path("server")


@pytest.mark.needs("network")
def test_where_only_raw_sockets_are_permitted_loopback_is_captured_and_a_wire_replayed(book, replaying):
    try:
        replaying("direct")
        if availability().engine != "direct":
            pytest.skip("only where raw sockets are permitted")
        with socket.create_server(("127.0.0.1", 0)) as somebody_elses:
            with Network() as network, network.listen() as listener, network.capture() as wire:
                socket.create_connection(somebody_elses.getsockname()).close()
                network.connect(listener).close()
        assert [segment.flag_names for segment in wire.conversation][:3] == ["SYN", "SYN·ACK", "ACK"]
        with Network(rtt_ms=20) as network, pytest.raises(Unavailable, match="LAB_ENGINE=direct asks for it"):
            network.capture()
    finally:
        availability.cache_clear()


def test_a_replayed_capture_needs_a_name_and_a_recording(book, replaying):
    replaying()
    chapter(NAME)
    with Network(rtt_ms=20) as network:
        with pytest.raises(Unavailable, match="a capture without a name cannot run here"):
            network.capture()
        with pytest.raises(Unavailable, match="nothing was recorded as opening"):
            network.capture("opening")


def test_a_replayed_network_still_carries_the_readers_own_exchange(book, replaying):
    replaying()
    with Network(rtt_ms=20) as network, network.listen() as listener, network.connect(listener) as client:
        server, _ = listener.accept()
        with server:
            client.sendall(b"hello")
            assert server.recv(5) == b"hello"
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.needs("network")
def test_a_replay_is_of_the_experiment_that_was_recorded(book, replaying, monkeypatch):
    chapter(NAME)
    monkeypatch.setenv("LAB_RECORD", "missing")
    with Network(rtt_ms=20) as network, network.listen() as listener, network.capture("opening"):
        network.connect(listener).close()
    replaying()
    with Network(rtt_ms=200) as network, pytest.raises(Unavailable, match=r"recorded with rtt_ms=20"):
        network.capture("opening")


@pytest.mark.needs("network")
def test_a_recording_without_all_its_files_is_named(book, replaying, monkeypatch):
    chapter(NAME)
    monkeypatch.setenv("LAB_RECORD", "missing")
    with Network(rtt_ms=20) as network, network.listen() as listener, network.capture("opening"):
        network.connect(listener).close()
    (current().recordings / "opening.client.pcap").unlink()
    replaying()
    with Network(rtt_ms=20) as network, pytest.raises(ReaderError, match=r"opening\.client\.pcap: cannot be read"):
        network.capture("opening")


@pytest.mark.parametrize(("variable", "value"), [("LAB_RECORD", "true"), ("LAB_REQUIRE", "1"), ("LAB_REQUIRE", "ALL")])
def test_a_setting_that_means_nothing_is_refused(book, monkeypatch, variable, value):
    chapter(NAME, needs=("sh", "no-such-program"))
    monkeypatch.setenv(variable, value)
    with pytest.raises(ReaderError, match=f"{variable}={value} means nothing"):
        observe("answer", lambda: 42, needs=("sh", "no-such-program") if variable == "LAB_REQUIRE" else "sh")


def test_direct_packets_are_of_one_host_and_two_hosts_are_replayed(book, replaying):
    replaying("direct")
    if not availability().live:
        pytest.skip("only where raw sockets are permitted")
    notice = repr(chapter(NAME, needs=("network", "loopback")))
    assert "network: replayed" in notice
    assert "loopback: live on this machine (direct)" in notice


def test_a_network_with_settings_of_its_own_needs_hosts_of_its_own(book, replaying):
    replaying("direct")
    assert Network().state.engine == "direct"
    assert Network(settings={"net.ipv4.tcp_fin_timeout": 5}).state.engine == "recorded"


def test_a_program_that_is_installed_is_not_used_where_recordings_are_asked_for(book, replaying):
    assert availability_of("sh").engine == "program"
    replaying()
    assert availability_of("sh") == Availability("recorded", "LAB_ENGINE=recorded asks for it", "unset LAB_ENGINE")


def test_a_kernel_setting_is_live_only_where_the_hosts_are(book, replaying):
    assert availability_of("net.ipv4.tcp_fin_timeout").live == availability_of("network").live
    replaying()
    found = availability_of("net.ipv4.tcp_fin_timeout")
    assert (found.live, found.reason) == (False, "LAB_ENGINE=recorded asks for it")


def test_lab_require_may_name_a_kernel_setting(monkeypatch):
    monkeypatch.setenv("LAB_REQUIRE", "net.ipv4.tcp_syn_linear_timeouts")
    assert must_be_live("net.ipv4.tcp_syn_linear_timeouts")
    assert not must_be_live("network")


def test_an_engine_that_is_none_is_refused(replaying):
    with pytest.raises(ReaderError, match="LAB_ENGINE=fast means nothing; write namespace or direct or recorded"):
        replaying("fast")
        availability()


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
def test_a_kernel_that_refuses_namespaces_is_quoted_with_the_remedy(monkeypatch):
    from labsupport.network import availability as function
    from labsupport.network import hosts

    module = sys.modules[function.__module__]

    def refused(self):
        raise Unavailable("a private network", "the kernel refused a user namespace: Operation not permitted", "-")

    monkeypatch.setattr(hosts.Helper, "__init__", refused)
    monkeypatch.setattr(module, "_raw_sockets_permitted", lambda: False)
    monkeypatch.setattr(module, "_setting", lambda name: "1" if "apparmor" in name else "")
    monkeypatch.delenv("LAB_ENGINE", raising=False)
    function.cache_clear()
    state = function()
    function.cache_clear()
    assert state.engine == "recorded"
    assert "Operation not permitted" in state.reason
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in state.remedy


def test_a_system_without_namespaces_replays(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("LAB_ENGINE", raising=False)
    availability.cache_clear()
    state = availability()
    availability.cache_clear()
    assert state == Availability("recorded", "darwin has no network namespaces", state.remedy)
    assert "the recordings tell the same story" in state.remedy


def test_importing_the_package_needs_only_the_standard_library():
    import subprocess

    code = "import sys, labsupport, labsupport.records, labsupport.network, labsupport.experiment; " \
           "print([m for m in ('flask', 'matplotlib', 'yaml', 'requests', 'IPython') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
