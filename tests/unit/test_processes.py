"""Programs beside the notebook: what they print, how they end, what they leave behind (nothing)."""

import ast
import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labsupport import processes
from labsupport.errors import ReaderError, Unavailable
from labsupport.processes import Running
from tests.waiting import lives, wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="descendants are found by way of /proc")


def python(source):
    return Running(sys.executable, "-u", "-c", source)


def process_in(running):
    """The number that the program printed as its first line."""
    assert wait_until(lambda: "\n" in running.printed)
    return int(running.printed.split()[0])


def test_a_program_runs_beside_the_cells():
    with python("print('ready'); import time; time.sleep(60)") as program:
        assert wait_until(lambda: program.printed == "ready\n")
        assert program.status is None
        assert repr(program).endswith(": running>")


def test_one_that_ends_by_itself_tells_its_status():
    with python("raise SystemExit(3)") as program:
        assert wait_until(lambda: program.status == 3)
        assert repr(program).endswith(": ended with status 3>")


def test_one_that_a_signal_ended_has_the_status_that_a_shell_would_give():
    with Running("sh", "-c", "kill -SEGV $$") as program:
        assert wait_until(lambda: program.status == 128 + signal.SIGSEGV)


def test_a_signal_that_a_peer_went_away_does_not_end_it():
    with Running("sh", "-c", "kill -PIPE $$; echo still here") as program:
        assert wait_until(lambda: program.printed == "still here\n")
        assert wait_until(lambda: program.status == 0)


def test_a_failure_is_told_with_what_the_program_printed():
    with python("raise SystemExit('no such page')") as program:
        assert wait_until(lambda: program.status is not None)
        with pytest.raises(ReaderError, match="ended with status 1: no such page"):
            program.check()


def test_neither_running_nor_done_is_a_failure():
    with python("import time; time.sleep(60)") as program:
        program.check()
    with python("pass") as program:
        assert wait_until(lambda: program.status == 0)
        program.check()


def test_a_program_that_is_not_installed_is_named():
    with pytest.raises(Unavailable, match="the program no-such-browser cannot run here: it is not installed"):
        Running("no-such-browser")
    with pytest.raises(Unavailable, match="the program no-such-entrance"):
        Running(sys.executable, through=["no-such-entrance"])


def test_its_folder_is_its_home_and_goes_with_it():
    source = "import os; print(os.environ['HOME'] == os.environ['TMPDIR'] == os.getcwd(), os.getcwd()); input()"
    with python(source.replace("input()", "import time; time.sleep(60)")) as program:
        assert wait_until(lambda: "\n" in program.printed)
        same, folder = program.printed.split()
        assert same == "True"
        assert Path(folder).is_dir()
    assert not Path(folder).exists()


def test_files_are_in_its_folder_before_it_starts():
    source = "import os, pathlib; print({name: pathlib.Path(name).read_text() for name in sorted(os.listdir())})"
    files = {"nginx.conf": "events {}\n", "page.html": "zwölf\r\nlines 中文", "empty": ""}
    with Running(sys.executable, "-X", "utf8", "-c", source, files=files) as program:
        assert wait_until(lambda: program.status == 0, 30)
        assert ast.literal_eval(program.printed) == {name: files[name].replace("\r\n", "\n") for name in sorted(files)}


def test_files_longer_than_a_pipe_holds_arrive_whole():
    files = {"long": "x" * 100_000}
    with Running("sh", "-c", "wc -c < long", files=files) as program:
        assert wait_until(lambda: program.status == 0, 30)
        assert int(program.printed) == 100_000


def test_its_folder_can_be_looked_into_as_long_as_it_runs():
    with Running("sh", "-c", "echo yes > made; sleep 60", files={"given": "yes"}) as program:
        assert wait_until(lambda: (program.folder / "made").exists(), 30)
        assert sorted(path.name for path in program.folder.iterdir()) == ["given", "made"]
        assert program.folder.stat().st_mode & 0o777 == 0o700
    assert not program.folder.exists()


def test_each_program_has_a_folder_of_its_own():
    with Running("sleep", "60") as one, Running("sleep", "60") as other:
        assert one.folder != other.folder


def test_a_file_beyond_the_folder_is_refused_and_nothing_is_left(tmp_path):
    program = Running("sleep", "60", files={"missing/nginx.conf": ""})
    assert wait_until(lambda: program.status is not None, 30)
    with pytest.raises(ReaderError, match=r"missing/nginx\.conf"):
        program.check()
    assert not program.folder.exists()
    program.stop()


@linux
def test_a_kernel_that_dies_before_it_has_sent_the_files_leaves_nothing():
    """The supervisor waits for a line that never ends; its kernel's end of the pipe is closed instead."""
    supervisor = Path(processes.__file__).with_name("supervisor.py")
    folder = processes._new_folder()
    for sent in (b"", b'{"nginx.conf": "eve'):
        inherited, held = os.pipe()
        command = [sys.executable, "-I", "-S", str(supervisor), str(inherited), str(folder), "sleep", "60"]
        with subprocess.Popen(command, pass_fds=[inherited]) as process:
            os.close(inherited)
            assert wait_until(folder.exists, 30)
            os.write(held, sent)
            os.close(held)
            process.wait(30)
        assert not folder.exists()


def test_its_folder_has_a_short_path_so_that_it_can_hold_sockets(tmp_path, monkeypatch):
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    with python("import os, time; print(os.getcwd()); time.sleep(60)") as program:
        assert wait_until(lambda: "\n" in program.printed)
        assert len(program.printed) < len(str(long))


@linux
def test_what_the_program_started_ends_with_it():
    grandchild = "import subprocess, sys; print(subprocess.Popen(['sleep', '60'], start_new_session=True).pid)"
    with python(grandchild + "; import time; time.sleep(60)") as program:
        sleeper = process_in(program)
        assert lives(sleeper)
    assert not lives(sleeper)


@linux
def test_what_a_program_leaves_behind_when_it_ends_by_itself_ends_too():
    program = python("import subprocess; print(subprocess.Popen(['sleep', '60'], start_new_session=True).pid)")
    sleeper = process_in(program)
    assert wait_until(lambda: program.status is not None)
    assert not lives(sleeper)
    program.stop()


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_nothing_survives_a_kernel_that_is_killed_alone_or_with_its_group(send, number):
    source = (
        "from labsupport.processes import Running; import sys, time\n"
        "program = Running('sh', '-c', 'echo $$ $HOME; sleep 60')\n"
        "while '\\n' not in program.printed: time.sleep(.01)\n"
        "print(program.printed, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as kernel:
        assert kernel.stdout is not None
        shell, folder = kernel.stdout.readline().split()
        assert lives(int(shell))
        send(kernel.pid, number)
    assert wait_until(lambda: not lives(int(shell)))
    assert wait_until(lambda: not Path(folder).exists())


@linux
def test_an_interrupt_of_the_kernel_does_not_reach_it():
    with python("import time; print('x'); time.sleep(60)") as program:
        assert wait_until(lambda: program.printed == "x\n")
        supervisor = program._process.pid
        os.kill(supervisor, signal.SIGINT)
        time.sleep(0.1)
        assert program.status is None


def test_stopping_twice_is_fine():
    program = python("import time; time.sleep(60)")
    program.stop()
    program.stop()
    assert program.status is not None
    assert program.printed == ""


@linux
def test_the_last_reference_stops_it():
    program = python("import os, time; print(os.getpid()); time.sleep(60)")
    process = process_in(program)
    del program
    gc.collect()
    assert not lives(process)


@linux
def test_fifty_programs_leave_no_descriptor():
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        Running("true").stop()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("length", [21, 33, 49, 80])
def test_the_folder_leaves_room_for_chromiums_socket_however_deep_temporary_files_are(monkeypatch, length):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/".ljust(length, "x"))
    of_chromium = "/.org.chromium.Chromium.AbCdEf/SingletonSocket"
    longest_on_macos = 103
    assert len(f"{processes._new_folder()}{of_chromium}") <= longest_on_macos
