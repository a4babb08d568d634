"""The private network, live: hosts, wire, captures, states, forgeries."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from flask import Flask

from labsupport.errors import ReaderError, Unavailable
from labsupport.network import Network
from labsupport.network.sniffer import keep_time_stamps_on
from labsupport.network.sockdiag import SocketDiagnostics, _socket_state
from labsupport.records import Endpoint
from tests.waiting import children, descriptors, wait_until

pytestmark = pytest.mark.needs("network")

REAL_SOCKET = socket.socket

app = Flask("shop")


@app.get("/")
def shelf():
    return "Everything must go.\n"


@pytest.fixture
def network():
    with Network(rtt_ms=20) as net:
        yield net


@pytest.fixture
def local():
    with Network() as net:
        yield net


def established(seen):
    return seen.state("server") == "ESTABLISHED"


def test_a_connection_is_three_segments_seen_once_each(network):
    with network.listen() as listener, network.capture() as wire, network.connect(listener):
        wire.until(established)
        opening = wire.conversation
    assert [segment.flag_names for segment in opening] == ["SYN", "SYN·ACK", "ACK"]
    assert all(len(segment.arrived_ns) == 1 for segment in opening)


def test_both_kernels_are_asked_for_their_states(network):
    with network.listen() as listener, network.capture() as wire:
        client = network.connect(listener)
        server, _ = listener.accept()
        wire.until(established)
        client.close()
        assert server.recv(1) == b""
        time.sleep(0.03)
        server.close()
    path = wire.conversation.path
    assert path("client")[:3] == ("SYN-SENT", "ESTABLISHED", "FIN-WAIT-1")
    assert path("client")[-1] == "TIME-WAIT"
    assert path("server") == ("LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED")


def test_the_wire_takes_half_the_round_trip_time_each_way(network):
    with network.listen() as listener, network.capture() as wire, network.connect(listener):
        pass
    syn = wire.segments[0]
    assert 0.009 < (syn.arrived_ns[0] - syn.sent_ns) / 1e9 < 0.2


def test_requests_reaches_a_flask_app_on_port_80(network):
    site = network.serve(app)
    assert site.url == "http://192.0.2.2"
    with network.capture() as wire:
        assert requests.get(site.url, timeout=5).text == "Everything must go.\n"
    assert b"GET / HTTP/1.1" in wire.conversation.data[0].payload
    assert site.exchanges[0].status == 200


def test_a_proxy_in_the_environment_is_not_asked(network, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    site = network.serve(app)
    with network.capture():
        assert requests.get(site.url, timeout=5).ok


def test_tls_is_served_with_a_certificate_that_clients_can_check(network):
    site = network.serve_securely(app)
    with network.capture() as wire:
        assert requests.get(site.url, verify=site.ca_file, timeout=5).ok
    assert not any(b"Everything must go" in segment.payload for segment in wire.segments)


def test_nothing_of_the_network_can_be_reached_from_outside(network):
    site = network.serve(app)
    outside = SocketDiagnostics(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4))
    assert site.address not in [entry.local for entry in outside.sockets()]
    outside.close()
    inside = network.server.diagnostics()
    assert site.address in [entry.local for entry in inside.sockets()]
    inside.close()


def test_a_lost_segment_has_no_arrival_and_a_duplicated_one_two():
    fates = {0: [], 1: [0.01, 0.05]}
    with (
        Network(rtt_ms=20, policy=lambda segment, index: fates.get(index, [0.01])) as network,
        network.listen() as listener, network.capture() as wire, network.connect(listener),
    ):
        wire.until(established)
    syns = wire.conversation.segments[:2]
    assert syns[0].lost
    assert [len(segment.arrived_ns) for segment in syns] == [0, 2]
    assert syns[0].seq == syns[1].seq


def test_an_exception_in_the_policy_reaches_the_cell():
    with Network(rtt_ms=20, policy=lambda segment, index: [1 / 0]) as network, network.listen() as listener:
        with pytest.raises(ReaderError, match=r"the wire failed: ZeroDivisionError.*\(segment, index\)"):
            with network.capture(), network.connect(listener):
                pass


def test_a_policy_may_be_set_later(network):
    network.policy = lambda segment, index: []
    with network.listen() as listener, network.capture() as wire, pytest.raises(TimeoutError):
        network.connect(listener, timeout=0.1)
    assert all(segment.lost for segment in wire.segments)


def test_a_forged_segment_is_answered_by_the_real_kernel(network):
    stranger = Endpoint("192.0.2.1", 5555)
    with network.listen() as listener, network.capture() as wire:
        network.forge({"SYN"}, stranger, Endpoint(*listener.getsockname()), seq=1000)
        wire.until(lambda seen: len(seen) >= 2)
    answer = wire.conversation.segments[1]
    assert (answer.flags, answer.ack) == ({"SYN", "ACK"}, 1001)
    assert [segment.forged for segment in wire.conversation.segments[:2]] == [True, False]


def test_sockets_are_listed_with_their_queues(network):
    with network.listen(backlog=3) as listener, network.capture() as wire, network.connect(listener) as client:
        client.sendall(b"unread")
        wire.until(lambda seen: len(seen) >= 5)
        sockets = wire.sockets("sockets", network.server)
    listening = next(entry for entry in sockets if entry.state == "LISTEN")
    waiting = next(entry for entry in sockets if entry.state == "ESTABLISHED")
    assert (listening.receive_queue, listening.send_queue) == (1, 3)
    assert waiting.receive_queue == len(b"unread")


def test_programs_run_on_a_host(network):
    with network.listen(7005):
        assert "192.0.2.2:7005" in network.server.run("ss", "-tln")
    assert "7005" not in network.client.run("ss", "-tln")


def test_a_program_that_fails_says_why(network):
    with pytest.raises(ReaderError, match=r"cat /nothing: status 1: .*No such file"):
        network.client.run("cat", "/nothing")
    with pytest.raises(ReaderError, match=r"sleep 5: not done after 0\.1 s"):
        network.client.run("sleep", "5", timeout=0.1)
    with pytest.raises(Unavailable, match="no-such-program cannot run here: it is not installed"):
        network.client.run("no-such-program")


def test_settings_of_a_host_are_its_own(network):
    before = Path("/proc/sys/net/ipv4/tcp_fastopen").read_text()
    network.server.setting("net.ipv4.tcp_fastopen", 7)
    assert network.server.run("cat", "/proc/sys/net/ipv4/tcp_fastopen") == "7\n"
    assert Path("/proc/sys/net/ipv4/tcp_fastopen").read_text() == before
    with pytest.raises(ReaderError, match=r"net\.ipv4\.no_such_thing=1 cannot be set: this kernel has no setting"):
        network.server.setting("net.ipv4.no_such_thing", 1)


def test_a_network_may_begin_with_settings():
    with Network(rtt_ms=20, settings={"net.ipv4.tcp_fin_timeout": 7}) as network:
        told = [host.run("cat", "/proc/sys/net/ipv4/tcp_fin_timeout") for host in (network.client, network.server)]
    assert told == ["7\n", "7\n"]


def test_a_network_whose_settings_the_kernel_lacks_replays():
    with Network(rtt_ms=20, settings={"net.ipv4.no_such_thing": 1}) as network:
        assert not network.state.live
        with pytest.raises(Unavailable, match=r"this kernel has no setting net\.ipv4\.no_such_thing"):
            network.capture()


def test_what_is_looked_at_comes_back_as_it_would_from_a_recording(network):
    with network.capture() as wire:
        seen = wire.look("pair", lambda: (1, "two"))
        seen.append("what a cell adds")
        assert wire.look("pair", lambda: [1, "two"]) == [1, "two"]
        with pytest.raises(ReaderError, match=r"what look\('sets'\) saw cannot be kept: .* return numbers, texts"):
            wire.look("sets", lambda: {1, 2})


def test_a_setting_that_the_kernel_refuses_leaves_no_network_behind():
    before = descriptors(), len(children(os.getpid()))
    with pytest.raises(ReaderError, match=r"net\.ipv4\.tcp_fin_timeout=soon cannot be set: Invalid argument"):
        Network(rtt_ms=20, settings={"net.ipv4.tcp_fin_timeout": "soon"})
    assert (descriptors(), len(children(os.getpid()))) == before


def test_the_timer_of_a_socket_is_the_kernel_s(network):
    with network.listen() as door, network.capture() as wire:
        client = network.connect(door)
        server, _ = door.accept()
        client.close()
        wire.until(lambda seen: seen.state("server") == "CLOSE-WAIT")
        server.close()
        wire.until(lambda seen: seen.state("client") == "TIME-WAIT")
        (waiting,) = wire.sockets("waiting", network.client)
    assert (waiting.state, waiting.timer) == ("TIME-WAIT", "time-wait")
    assert 50 < waiting.expires_s <= 60


def test_a_timer_that_this_book_does_not_know_is_called_unknown():
    message = bytearray(72)
    message[:4] = 2, 1, 9, 0
    assert _socket_state(bytes(message)).timer == "unknown"


def test_what_is_sent_again_is_counted(network):
    network.policy = lambda segment, index: []
    with network.listen() as door, network.capture() as wire:
        caller = network.begin_to_connect(door, port=40_000)
        wire.until(lambda seen: len(seen) == 2)
        (calling,) = wire.sockets("calling", network.client)
        caller.close()
    assert calling.local.port == 40_000
    assert (calling.state, calling.timer, calling.retransmissions) == ("SYN-SENT", "retransmit", 1)


def test_programs_run_on_the_loopback_host_too(local):
    assert local.client.run("echo", "here") == "here\n"


def test_the_command_line_for_a_terminal_runs_on_the_host(network):
    line = network.server.command("cat", "/proc/net/dev")
    assert "wire0" in subprocess.run(["sh", "-c", line], text=True, capture_output=True, check=True).stdout


def test_a_program_that_runs_beside_lives_on_the_host(network):
    with network.client.start("cat", "/proc/net/dev") as program:
        assert wait_until(lambda: program.status == 0)
        assert "wire0" in program.printed


def test_a_loopback_network_captures_each_segment_once(local):
    with local.listen() as listener, local.capture() as wire, local.connect(listener):
        pass
    assert [segment.flag_names for segment in wire.segments][:3] == ["SYN", "SYN·ACK", "ACK"]
    assert wire.conversation.states == ()


def test_two_hundred_exchanges_are_captured_without_gap_or_double(local):
    with local.listen() as listener, local.capture() as wire:
        for number in range(200):
            with local.connect(listener) as client, listener.accept()[0] as server:
                client.sendall(b"%d" % number)
                server.recv(10)
    assert len(wire.conversations) == 200
    assert [talk.data[0].payload for talk in wire.conversations] == [b"%d" % n for n in range(200)]
    for talk in wire.conversations:
        assert len({segment.packet for segment in talk}) == len(talk)


def test_a_large_upload_is_captured_whole(network):
    payload = os.urandom(400_000)
    with network.listen() as listener, network.capture() as wire, network.connect(listener) as client:
        server, _ = listener.accept()
        threading.Thread(target=client.sendall, args=(payload,)).start()
        received = b""
        with server:
            while len(received) < len(payload):
                received += server.recv(65536)
    start = wire.conversation.data[0].seq
    seen = bytearray(len(payload))
    for segment in wire.conversation.data:
        offset = (segment.seq - start) % 2**32
        seen[offset : offset + segment.length] = segment.payload
    assert bytes(seen) == payload == received


def test_sockets_outside_a_block_are_the_machines_own(network):
    class_before = socket.socket
    with network.capture():
        assert socket.socket is not class_before
    assert socket.socket is class_before


def test_blocks_of_two_hosts_can_be_nested(network):
    with network.server:
        outer = socket.socket()
        with network.client:
            inner = socket.socket()
    with outer, inner:
        outer.bind((network.server.address, 0))
        inner.bind((network.client.address, 0))
        with pytest.raises(OSError, match="unreachable"):
            inner.connect(("192.0.2.77", 80))


def test_an_error_in_the_block_passes_and_leaves_nothing_running(network):
    before = threading.active_count()
    with pytest.raises(KeyError), network.capture():
        raise KeyError("reader's own")
    assert threading.active_count() == before


def test_a_connection_of_an_earlier_block_is_not_taken_for_a_new_one(network):
    with network.listen() as listener:
        with network.capture() as wire:
            early = network.connect(listener)
            wire.until(established)
        with network.capture() as wire, network.connect(listener):
            early.close()
            wire.until(established)
        assert len(wire.conversations) == 1


def from_port(network, port, listener):
    """A connection from a port that the client may have in use towards another server."""
    client = network.client.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind((network.client.address, port))
    client.connect(listener.getsockname())
    return client


def test_a_connection_from_a_port_in_use_towards_another_server_is_a_new_one(network):
    with network.listen() as one, network.listen(7001) as other, from_port(network, 40_000, one):
        with network.capture() as wire, from_port(network, 40_000, other):
            wire.until(established)
        assert wire.conversation.server.port == 7001


def test_each_connection_from_the_same_port_has_its_own_states(network):
    with network.listen() as one, network.listen(7001) as other, network.capture() as wire:
        with from_port(network, 40_000, one) as first, from_port(network, 40_000, other):
            first.close()
            wire.until(lambda seen: wire.conversations[0].state("server") == "CLOSE-WAIT")
            assert wire.conversations[1].path("client") == ("SYN-SENT", "ESTABLISHED")


def test_waiting_for_what_does_not_happen_says_what_was_seen(network):
    with network.listen() as listener, pytest.raises(ReaderError, match=r"within 0.1 s; seen so far:.*SYN"):
        with network.capture() as wire, network.connect(listener):
            wire.until(lambda seen: False, timeout=0.1)


def test_looking_after_the_block_is_refused(network):
    with network.capture() as wire:
        pass
    with pytest.raises(ReaderError, match="belongs inside the with block"):
        wire.look("queue", list)


def test_a_capture_that_saw_nothing_says_so(network):
    with network.capture() as wire:
        pass
    assert wire.segments == wire.conversations == ()
    with pytest.raises(ReaderError, match="the capture saw no segment; send through this network inside the with"):
        _ = wire.conversation


@pytest.fixture
def interruptible():
    """An interrupt raises KeyboardInterrupt, also where the tests run in the background and would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("after_s", [0.01, 0.04, 0.1, 0.35])
def test_an_interrupt_in_a_capture_leaves_nothing_and_the_network_goes_on(interruptible, after_s):
    """A block opens, exchanges, and waits for silence; the interrupt comes at any of these moments."""
    keep_time_stamps_on()  # stays open as long as the process lives
    before = descriptors(), threading.active_count(), len(children(os.getpid()))
    with Network(rtt_ms=20) as network, network.listen() as listener:
        interrupt = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            interrupt.start()
            while True:
                with network.capture():
                    network.connect(listener).close()
        interrupt.join()
        assert socket.socket is REAL_SOCKET
        with network.capture() as wire, network.connect(listener):
            wire.until(established)
        assert wire.conversation.opening[0].flags == {"SYN"}
    gc.collect()
    assert wait_until(lambda: (descriptors(), threading.active_count(), len(children(os.getpid()))) == before)


def test_no_collection_of_garbage_goes_through_the_whole_memory_while_packets_travel(network):
    def collected() -> bool:
        return gc.get_freeze_count() == 0

    with pytest.raises(ZeroDivisionError), network.capture():
        assert not collected()
        1 / 0  # noqa: B018
    assert collected()
    with network.listen() as listener, network.capture():
        network.connect(listener).close()
        assert not collected()
    assert collected()


def test_a_capture_within_a_capture_is_refused_and_the_first_goes_on(network):
    with network.listen() as listener:
        with network.capture() as wire:
            with pytest.raises(ReaderError, match="a capture of this network is still running; end its block"):
                network.capture().__enter__()
            network.connect(listener).close()
        assert len(wire.conversation.opening) == 3


def test_several_conversations_are_not_one(local):
    with local.listen() as listener, local.capture() as wire:
        local.connect(listener).close()
        local.connect(listener).close()
    with pytest.raises(ReaderError, match=r"holds 2 conversations; choose one of \.conversations"):
        _ = wire.conversation


@pytest.mark.parametrize("rtt_ms", [0, -5, 10_001, float("nan")])
def test_a_round_trip_time_that_is_none_is_refused(rtt_ms):
    with pytest.raises(ReaderError, match="is no round-trip time; give milliseconds"):
        Network(rtt_ms=rtt_ms)


def test_a_policy_or_a_forgery_needs_a_wire(local):
    with pytest.raises(ReaderError, match="needs a wire"):
        Network(policy=lambda segment, index: [])
    with pytest.raises(ReaderError, match="needs a wire"):
        local.policy = None
    with pytest.raises(ReaderError, match="needs a wire"):
        local.forge({"SYN"}, Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 2), seq=0)


def test_the_clients_port_may_be_chosen(network):
    with network.listen() as listener, network.connect(listener, port=40_000) as client:
        assert client.getsockname() == ("192.0.2.1", 40_000)


def test_a_connection_may_be_begun_without_waiting(network):
    with network.listen() as listener, network.capture() as wire, network.begin_to_connect(listener):
        assert wire.sockets("early", network.client)[0].state == "SYN-SENT"
        wire.until(established)


def test_an_aborted_connection_ends_with_a_reset_and_leaves_no_time_wait(network):
    with network.listen() as listener:
        with network.capture() as wire:
            network.abort(network.connect(listener))
        assert "RST" in wire.segments[-1].flags
        with network.capture() as wire:
            assert not [entry for entry in wire.sockets("after", network.client) if entry.state == "TIME-WAIT"]


def test_a_syn_that_an_earlier_block_left_behind_does_not_begin_a_conversation(network):
    with network.listen(backlog=0) as full, network.listen(7001) as other, network.connect(full):
        late = network.begin_to_connect(full)
        with late, network.capture() as wire, network.connect(other):
            time.sleep(1.1)
        assert len([segment for segment in wire.segments if segment.flags == {"SYN"}]) > 1
        assert len(wire.conversations) == 1


def test_a_taken_port_is_named(network):
    with network.server.socket() as other:
        other.bind((network.server.address, 7000))
        other.listen()
        with pytest.raises(ReaderError, match="port 7000 of the server cannot be listened on"):
            network.listen(7000)


def test_a_cell_that_listens_or_serves_may_run_again(network):
    first = network.listen()
    second = network.listen()
    assert first.fileno() == -1
    site = network.serve(app)
    again = network.serve(app)
    assert not site.running
    with network.capture(), network.connect(second):
        assert requests.get(again.url, timeout=5).ok


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client's socket is left open
def test_a_line_outside_a_block_does_not_send_to_the_network(network):
    site = network.serve(app)
    with pytest.raises(ReaderError, match=r"192\.0\.2\.2 is inside the private network.*with network\.capture"):
        requests.get(site.url, timeout=5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside, pytest.raises(ReaderError):
        outside.sendto(b"secret", site.address)


@pytest.mark.parametrize("delay", [float("inf"), float("nan"), -1.0, "soon"])
def test_a_delay_that_is_none_reaches_the_cell_and_the_wire_goes_on(network, delay):
    network.policy = lambda segment, index: [delay]
    with network.listen() as listener:
        with pytest.raises(ReaderError, match=r"the wire failed.*ValueError"):
            with network.capture(), network.connect(listener):
                pass
        network.policy = None
        with network.capture() as wire, network.connect(listener):
            wire.until(established)


def test_a_wire_that_broke_is_told_and_not_taken_for_loss():
    with Network(rtt_ms=20) as network, network.listen() as listener:
        network.client.run("ip", "link", "set", "wire0", "down")
        with pytest.raises((ReaderError, OSError)):
            with network.capture(), network.connect(listener, timeout=1):
                pass


def test_a_long_way_is_waited_for():
    with Network(rtt_ms=7000) as network, network.listen() as listener:
        with network.capture() as wire:
            knocker = network.begin_to_connect(listener)
        knocker.close()
    assert not wire.segments[0].lost


def test_a_setting_of_the_whole_machine_is_refused(network):
    before = Path("/proc/sys/vm/swappiness").read_text()
    with pytest.raises(ReaderError, match=r"vm\.swappiness is a setting of the whole machine"):
        network.server.setting("vm.swappiness", 1)
    assert Path("/proc/sys/vm/swappiness").read_text() == before


def test_blocks_may_end_in_another_order_than_they_began(network, local):
    network.client.__enter__()
    local.client.__enter__()
    network.client.__exit__()
    with socket.socket() as inner:
        inner.bind((local.client.address, 0))
    local.client.__exit__()
    assert socket.socket.__name__ == "socket"


def test_an_answer_that_an_interrupt_left_unread_is_thrown_away(network):
    helper = network.client._helper
    helper._channel.send(b'[999, "socket", [0, 2, 2, 0]]')
    with network.client.socket() as sock:
        assert sock.type == socket.SOCK_STREAM


def test_descriptors_are_not_inherited_by_other_programs(network):
    assert not os.get_inheritable(network.client.tun)
    with network.client.socket() as sock:
        assert not sock.get_inheritable()


def test_a_four_tuple_that_is_used_again_has_the_states_of_each_time(network):
    with network.listen() as listener, network.capture() as wire:
        for _ in range(2):
            client = network.connect(listener, port=40_000)
            time.sleep(0.05)
            network.abort(client)
            time.sleep(0.05)
    assert len(wire.conversations) == 2
    assert [talk.path("client")[:2] for talk in wire.conversations] == [("SYN-SENT", "ESTABLISHED")] * 2
    assert [talk.path("client").count("SYN-SENT") for talk in wire.conversations] == [1, 1]


def test_a_kernel_that_is_killed_leaves_no_process(tmp_path):
    code = (
        "from flask import Flask\nimport os, sys, time\nfrom labsupport.network import Network\n"
        "network = Network(rtt_ms=20)\nnetwork.serve(Flask('x'))\n"
        "print(network.client._helper.pid, flush=True)\ntime.sleep(60)\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert kernel.stdout is not None
    with kernel.stdout:
        helper = int(kernel.stdout.readline())
    assert Path(f"/proc/{helper}").exists()
    kernel.kill()
    kernel.wait()
    assert wait_until(lambda: not Path(f"/proc/{helper}").exists())


def test_a_hundred_networks_leave_nothing():
    with Network(rtt_ms=10):
        pass
    gc.collect()
    before = descriptors(), threading.active_count(), len(children(os.getpid()))
    for _ in range(100):
        with Network(rtt_ms=10) as network, network.listen() as listener:
            with network.capture():
                client = network.connect(listener)
            client.close()
    gc.collect()
    assert (descriptors(), threading.active_count(), len(children(os.getpid()))) == before


def test_a_network_nobody_refers_to_is_closed():
    before = len(children(os.getpid()))
    network = Network(rtt_ms=10)
    assert len(children(os.getpid())) == before + 1
    del network
    gc.collect()
    assert wait_until(lambda: len(children(os.getpid())) == before)


def test_closing_twice_is_fine(network):
    network.close()
    network.close()
