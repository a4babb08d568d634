"""The doctor says what runs live here, in a second, and what to do for the rest."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import threading
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from labsupport import doctor, programs
from labsupport.doctor import Finding, Program, examine, remedy_for, report
from labsupport.experiment import Availability
from tests.waiting import wait_until

REPOSITORY = Path(__file__).parents[2]
LIVE = Finding("curl", True, "8.1", "another client")
MISSING = Finding("tshark", False, "not on the PATH", "a second reading", "sudo apt install tshark")
only_on_posix = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX a script is a program")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put programs on a PATH that has nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "SYSTEM_FOLDERS", ())

    def install(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return install


def a_program(name="lab-tool", **packages):
    return Program(name, "a test", packages or {"apt": "lab-tools"})


def test_the_report_is_a_table_the_remedies_and_the_sum():
    assert report([LIVE, MISSING]).splitlines() == [
        "        live  version or reason  for",
        "curl    yes   8.1                another client",
        "tshark  no    not on the PATH    a second reading",
        "",
        "What to do:",
        "tshark: sudo apt install tshark",
        "",
        "1 of 2 are in order. Where something is missing, cells replay recordings.",
    ]


def test_the_report_of_a_machine_that_has_everything_asks_for_nothing():
    lines = report([LIVE]).splitlines()
    assert lines[-1] == "The whole book runs live here."
    assert "What to do:" not in lines


def test_findings_come_in_the_order_of_the_probes_and_all_at_once():
    together = threading.Barrier(3, timeout=5)

    def probe(what):
        def look():
            together.wait()
            return [Finding(what, True, "", "")]

        return look

    found = examine({what: probe(what) for what in "abc"})
    assert [finding.what for finding in found] == ["a", "b", "c"]


def test_a_probe_may_have_several_findings():
    assert examine({"both": lambda: [LIVE, MISSING]}) == [LIVE, MISSING]


def test_a_probe_that_hangs_is_a_finding_and_delays_nobody_for_long():
    release, ended = threading.Event(), threading.Event()

    def hang():
        release.wait(60)
        ended.set()
        return [LIVE]

    first, second = examine({"slow": hang, "curl": lambda: [LIVE]}, seconds=0.2)
    assert not ended.is_set()
    release.set()
    assert (first.live, first.how) == (False, "no answer within 0.2 s")
    assert second == LIVE


def test_a_probe_that_fails_is_a_finding():
    def fail():
        raise ZeroDivisionError("division by zero")

    (finding,) = examine({"broken": fail})
    assert (finding.what, finding.live) == ("broken", False)
    assert "ZeroDivisionError('division by zero')" in finding.how


@pytest.mark.parametrize(
    ("version", "live"),
    [((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 5), True), ((3, 14, 0), False), ((4, 0, 0), False)],
)
def test_python_is_one_the_book_is_tested_with(version, live):
    finding = doctor.python(version)
    assert finding.live is live
    assert bool(finding.remedy) is not live


def test_the_pythons_are_those_of_the_package():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (oldest, newest) = doctor.PYTHONS
    assert project["requires-python"] == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"


def test_packages_as_tested_are_live(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        f"# a comment\npytest=={importlib.metadata.version('pytest')}  # via us\n    # via nobody\n"
        "pywin32==1 ; sys_platform == 'nowhere'\n"
    )
    finding = doctor.packages(requirements)
    assert (finding.live, finding.how, finding.remedy) == (True, "1 as in requirements.txt", "")


def test_other_packages_are_named_and_the_command_that_installs_them(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pytest==0.1\nno-such-package==1\nflask==0.1\nrequests==0.1\n")
    finding = doctor.packages(requirements)
    assert not finding.live
    assert finding.how == "4 of 4 differ: pytest, no-such-package, flask, ..."
    assert finding.remedy.endswith(f"-m pip install -r {requirements}")


def test_without_requirements_there_is_nothing_to_compare_with(tmp_path):
    finding = doctor.packages(tmp_path / "requirements.txt")
    assert (finding.live, finding.how) == (False, "no requirements.txt beside the package")


def test_the_requirements_of_the_repository_can_be_read():
    finding = doctor.packages(REPOSITORY / "requirements.txt")
    assert re.match(r"\d+ (as in|of \d+ differ)", finding.how)


def test_a_namespace_is_a_private_network_with_capture():
    private, capture = doctor.network(Availability("namespace"))
    assert (private.live, capture.live) == (True, True)
    assert private.remedy == capture.remedy == ""


def test_direct_capture_has_packets_and_no_private_network():
    private, capture = doctor.network(Availability("direct", "unshare: not permitted", "sudo sysctl x=0"))
    assert (private.live, private.how, private.remedy) == (False, "unshare: not permitted", "sudo sysctl x=0")
    assert (capture.live, capture.how) == (True, "on loopback")


def test_recordings_are_not_live():
    found = doctor.network(Availability("recorded", "darwin has no network namespaces", "nothing to do"))
    assert [finding.live for finding in found] == [False, False]
    assert found[0].how == "darwin has no network namespaces"


@only_on_posix
@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("echo 'nginx version: nginx/1.22.1' >&2", "1.22.1"),
        ("echo 'Redis server v=7.0.15 sha=00000000:0 bits=64'", "7.0.15"),
        ("echo 'ss utility, iproute2-6.1.0, libbpf 1.1.0'", "6.1.0"),
        ("echo v20.20.2", "20.20.2"),
    ],
)
def test_a_program_tells_its_version(install, script, version):
    install("lab-tool", script)
    finding = doctor.program(a_program())
    assert (finding.what, finding.live, finding.how, finding.remedy) == ("lab-tool", True, version, "")


@only_on_posix
def test_a_program_may_go_by_another_name(install):
    install("valkey-server", "echo 8.0.1")
    assert doctor.program(a_program("redis-server")).live


def test_a_program_that_is_missing_has_a_remedy(install):
    finding = doctor.program(a_program())
    assert (finding.live, finding.how) == (False, "not on the PATH")
    assert finding.remedy


@only_on_posix
@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("exit 3", "tells no version and exits with status 3"),
        ("echo 1.0; exit 1", "tells no version and exits with status 1"),
        ("echo hello", "tells no version and exits with status 0"),
    ],
)
def test_a_program_that_does_not_work_is_not_live(install, script, complaint):
    path = install("lab-tool", script)
    finding = doctor.program(a_program())
    assert (finding.live, finding.how) == (False, f"{path} {complaint}")


@only_on_posix
def test_a_file_that_cannot_run_is_not_live(install, tmp_path):
    (tmp_path / "lab-tool").write_bytes(b"\x00not a program")
    (tmp_path / "lab-tool").chmod(0o755)
    finding = doctor.program(a_program())
    assert not finding.live
    assert "Exec format error" in finding.how


@only_on_posix
def test_a_program_that_hangs_is_ended_with_all_it_started(install, tmp_path):
    path = install("lab-tool", f"/bin/sleep 600 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(ValueError, match=r"does not answer within 0\.3 s"):
        doctor.version_of(path, "--version", seconds=0.3)
    child = int((tmp_path / "child").read_text())
    assert wait_until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    state = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


@only_on_posix
def test_chromium_needs_a_driver_of_its_own_major_version(install):
    chromium, driver = a_program("chromium", apt="chromium chromium-driver"), a_program("chromedriver")
    install("chromium", "echo Chromium 156.0.1.2")
    assert doctor.browser(chromium, driver).how == "chromedriver: not on the PATH"
    install("chromedriver", "echo ChromeDriver 155.9.9.9")
    other = doctor.browser(chromium, driver)
    assert (other.live, other.how) == (False, "156.0.1.2, driver 155.9.9.9")
    assert other.remedy.startswith("bring both to one version: ")
    install("chromedriver", "echo ChromeDriver 156.0.9.9")
    same = doctor.browser(chromium, driver)
    assert (same.live, same.how, same.remedy) == (True, "156.0.1.2, driver 156.0.9.9", "")


@pytest.mark.parametrize(
    ("manager", "remedy"),
    [
        ("apt", "sudo apt install nodejs"),
        ("brew", "brew install node"),
        ("winget", "nothing to do: winget has no package for it, and the book replays what it would show"),
        ("pacman", "install the package that has node"),
    ],
)
def test_the_remedy_names_the_package_of_the_platform(manager, remedy):
    assert remedy_for(a_program("node", apt="nodejs", brew="node"), manager) == remedy


def test_every_program_has_a_package_on_debian():
    for wanted in (*doctor.PROGRAMS, doctor.CHROMIUM, doctor.CHROMEDRIVER):
        assert remedy_for(wanted, "apt").startswith("sudo apt install ")


def test_the_exit_status_is_0_only_when_everything_is_live(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "probes", lambda: {"curl": lambda: [LIVE]})
    assert doctor.main([]) == 0
    monkeypatch.setattr(doctor, "probes", lambda: {"curl": lambda: [LIVE], "tshark": lambda: [MISSING]})
    assert doctor.main([]) == 1
    assert "sudo apt install tshark" in capsys.readouterr().out


def test_what_the_book_can_do_without_is_told_and_not_counted(monkeypatch, capsys):
    witness = replace(MISSING, what="Firefox", remedy="none needed", needed=False)
    monkeypatch.setattr(doctor, "probes", lambda: {"curl": lambda: [LIVE], "Firefox": lambda: [witness]})
    assert doctor.main([]) == 0
    report = capsys.readouterr().out
    assert "Firefox: none needed" in report
    assert "The whole book runs live here." in report


def test_the_second_browser_needs_its_driver_too(monkeypatch):
    monkeypatch.setattr(doctor, "GECKODRIVER", a_program("no-such-driver"))
    found = doctor.second_browser()
    assert (found.live, found.needed) == (False, False)
    assert found.remedy == "none needed: its recordings are replayed"


def test_json_has_the_same_findings(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "probes", lambda: {"tshark": lambda: [MISSING]})
    assert doctor.main(["--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "what": "tshark",
            "live": False,
            "how": "not on the PATH",
            "purpose": "a second reading",
            "remedy": "sudo apt install tshark",
            "needed": True,
        }
    ]


def test_it_examines_this_machine():
    command = [sys.executable, "-m", "labsupport.doctor", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=30)
    findings = json.loads(done.stdout)
    assert done.stderr == ""
    assert done.returncode == (0 if all(one["live"] or not one["needed"] for one in findings) else 1)
    assert {"Python", "packages", "private network", "tshark"} <= {finding["what"] for finding in findings}
    assert all(one["live"] or one["remedy"] or one["what"] == "packet capture" for one in findings)


def test_it_refuses_an_option_it_does_not_have(capsys):
    with pytest.raises(SystemExit) as caught:
        doctor.main(["--yaml"])
    assert caught.value.code == 2
    assert "unrecognized arguments: --yaml" in capsys.readouterr().err
