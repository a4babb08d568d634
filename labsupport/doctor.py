"""What of the book runs live on this machine, what is replayed from recordings, and how to get the rest.

    python -m labsupport.doctor [--json]

The exit status is 0 when everything runs live.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from labsupport.experiment import Availability
from labsupport.programs import find_program
from labsupport.troubles import NO_PROGRAM, NO_REQUIREMENTS, OTHER_DRIVER, OTHER_PACKAGES, OTHER_PYTHON

PYTHONS = ((3, 11), (3, 13))
"""The oldest and the newest Python the book is tested with."""

_REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
_PROGRAM_SECONDS = 3.0
_PROBE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one thing runs live here.

    `how` is its version, or the reason why not. `remedy` is what to do, empty where nothing is to be done. `needed` is
    false for what the book can do without for good.
    """

    what: str
    live: bool
    how: str
    purpose: str
    remedy: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Program:
    """A program that cells run: its name, how it tells its version, and the packages that have it.

    `packages` go by package manager: `apt`, `brew`, `winget`.
    """

    name: str
    purpose: str
    packages: Mapping[str, str]
    version_option: str = "--version"


CHROMIUM = Program(
    "chromium",
    "what a real browser sends and keeps",
    {"apt": "chromium chromium-driver", "brew": "--cask google-chrome chromedriver"},
)
CHROMEDRIVER = Program("chromedriver", CHROMIUM.purpose, CHROMIUM.packages)
FIREFOX = Program(
    "firefox", "a second browser as witness", {"apt": "firefox-esr", "brew": "--cask firefox geckodriver"}
)
GECKODRIVER = Program("geckodriver", FIREFOX.purpose, {"brew": "geckodriver"})
PROGRAMS = (
    Program(
        "tshark",
        "a second reading of every capture",
        {"apt": "tshark", "brew": "wireshark", "winget": "WiresharkFoundation.Wireshark"},
    ),
    Program("curl", "another client", {"apt": "curl", "brew": "curl", "winget": "cURL.cURL"}),
    Program("ss", "the kernel's own list of connections", {"apt": "iproute2"}, "-V"),
    Program("nsenter", "programs inside the private network", {"apt": "util-linux"}),
    Program(
        "redis-server",
        "sessions in a shared store",
        {"apt": "redis-server", "brew": "redis"},
    ),
    Program("nginx", "a shared cache, a balancer before replicas", {"apt": "nginx-light", "brew": "nginx"}, "-v"),
    Program("haproxy", "another balancer", {"apt": "haproxy", "brew": "haproxy"}, "-v"),
    Program(
        "node",
        "servers in another language",
        {"apt": "nodejs npm", "brew": "node", "winget": "OpenJS.NodeJS.LTS"},
    ),
)

NODE_PEERS = "Node packages"

Probe = Callable[[], Iterable[Finding]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Examine the machine, print what was found, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m labsupport.doctor", description="What runs live here.")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(arguments)
    findings = examine(probes())
    print(as_json(findings) if options.json else report(findings))
    return 0 if all(finding.live or not finding.needed for finding in findings) else 1


def as_json(findings: Sequence[Finding]) -> str:
    """The findings as a JSON array, one object for each."""
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def report(findings: Sequence[Finding]) -> str:
    """The findings as an aligned table, the remedies below it, and the sum."""
    rows = [("", "live", "version or reason", "for")]
    rows += [(one.what, "yes" if one.live else "no", one.how, one.purpose) for one in findings]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    remedies = [f"{one.what}: {one.remedy}" for one in findings if one.remedy]
    return "\n".join([*lines, "", *(["What to do:", *remedies, ""] if remedies else []), _sum(findings)])


def _sum(findings: Sequence[Finding]) -> str:
    findings = [finding for finding in findings if finding.needed]
    live = sum(finding.live for finding in findings)
    if live == len(findings):
        return "The whole book runs live here."
    return f"{live} of {len(findings)} are in order. Where something is missing, cells replay recordings."


def probes() -> dict[str, Probe]:
    """Every examination, by the name of what it examines."""
    found: dict[str, Probe] = {
        "Python": lambda: [python(sys.version_info[:3])],
        "packages": lambda: [packages(_REQUIREMENTS)],
        "network": lambda: network(_availability()),
        "Chromium": lambda: [browser(CHROMIUM, CHROMEDRIVER)],
        "Firefox": lambda: [second_browser()],
    }
    found |= {one.name: partial(_program_alone, one) for one in PROGRAMS}
    return found | {NODE_PEERS: lambda: [node_peers()]}


def _program_alone(wanted: Program) -> list[Finding]:
    return [program(wanted)]


def _availability() -> Availability:
    from labsupport.network import availability

    return availability()


def examine(probes: Mapping[str, Probe], seconds: float = _PROBE_SECONDS) -> list[Finding]:
    """Run the probes at the same time, for at most `seconds`. One that hangs or fails is a finding too."""
    findings: dict[str, list[Finding]] = {}

    def run(name: str, probe: Probe) -> None:
        try:
            findings[name] = list(probe())
        except Exception as error:
            findings[name] = [Finding(name, False, f"cannot be examined: {error!r}", "", "report this")]

    threads = [threading.Thread(target=run, args=probe, daemon=True) for probe in probes.items()]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    for name in probes:
        findings.setdefault(name, [Finding(name, False, f"no answer within {seconds:g} s", "", "try again")])
    return [finding for name in probes for finding in findings[name]]


def python(version: tuple[int, ...]) -> Finding:
    """Is this a Python the book is tested with?"""
    oldest, newest = (".".join(map(str, one)) for one in PYTHONS)
    tested = PYTHONS[0] <= version[:2] <= PYTHONS[1]
    purpose = f"all ({oldest} to {newest} tested)"
    how, remedy = OTHER_PYTHON.told(version=".".join(map(str, version)), oldest=oldest, newest=newest)
    return Finding("Python", tested, how, purpose, "" if tested else remedy)


def packages(requirements: Path) -> Finding:
    """Are the packages here the ones the outputs were made with?"""
    purpose = "outputs equal to the letter"
    if not requirements.is_file():
        how, remedy = NO_REQUIREMENTS.told(requirements=requirements.name)
        return Finding("packages", False, how, purpose, remedy)
    pins = _pins(requirements.read_text(encoding="utf-8"))
    others = [name for name, version in pins.items() if _installed(name) != version]
    if not others:
        return Finding("packages", True, f"{len(pins)} as in {requirements.name}", purpose)
    how, remedy = OTHER_PACKAGES.told(
        number=len(others),
        all=len(pins),
        names=", ".join(others[:3]) + (", ..." if others[3:] else ""),
        python=Path(sys.executable).name,
        requirements=requirements,
    )
    return Finding("packages", False, how, purpose, remedy)


def _pins(text: str) -> dict[str, str]:
    """The versions that a requirements file demands on this platform, by name."""
    from packaging.requirements import Requirement

    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    wanted = [Requirement(line) for line in lines if line and not line.startswith("-")]
    here = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    return {one.name: str(one.specifier).removeprefix("==") for one in here}


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def network(state: Availability) -> list[Finding]:
    """Can two hosts with a wire between them be made here, and can packets be captured?"""
    private = state.engine == "namespace"
    how = "user and network namespace" if private else state.reason
    captured = {"namespace": "in the private network", "direct": "on loopback"}
    return [
        Finding("private network", private, how, "delay and loss on a wire", "" if private else state.remedy),
        Finding("packet capture", state.live, captured.get(state.engine, "not permitted"), "real segments"),
    ]


def browser(chromium: Program, driver: Program) -> Finding:
    """Are Chromium and its driver here, and of the same major version?"""
    found = [program(chromium), program(driver)]
    missing = next((one for one in found if not one.live), None)
    if missing:
        how = f"{missing.what}: {missing.how}"
        return Finding("Chromium", False, how, chromium.purpose, missing.remedy)
    here, there = (one.how for one in found)
    how = f"{here}, driver {there}"
    if here.partition(".")[0] == there.partition(".")[0]:
        return Finding("Chromium", True, how, chromium.purpose)
    how, remedy = OTHER_DRIVER.told(browser=here, driver=there, remedy=remedy_for(chromium))
    return Finding("Chromium", False, how, chromium.purpose, remedy)


def second_browser() -> Finding:
    """Are Firefox and its driver here? Their versions need not be equal."""
    found = [program(FIREFOX), program(GECKODRIVER)]
    missing = next((one for one in found if not one.live), None)
    how = f"{missing.what}: {missing.how}" if missing else "{}, driver {}".format(*(one.how for one in found))
    remedy = "none needed: its recordings are replayed" if missing else ""
    return Finding("Firefox", missing is None, how, FIREFOX.purpose, remedy, needed=False)


def node_peers() -> Finding:
    """Are the packages here that Node's apps require?"""
    from labsupport.node import LOCK, availability

    state = availability()
    how = f"as in {LOCK.name}" if state.live else state.reason
    return Finding(NODE_PEERS, state.live, how, "sessions of real Express apps", state.remedy)


def program(wanted: Program) -> Finding:
    """Is a program here, and does it answer?"""
    path = find_program(wanted.name)
    if path is None:
        return Finding(wanted.name, False, "not on the PATH", wanted.purpose, remedy_for(wanted))
    try:
        return Finding(wanted.name, True, version_of(path, wanted.version_option), wanted.purpose)
    except (OSError, ValueError) as error:
        return Finding(wanted.name, False, f"{path} {error}", wanted.purpose, remedy_for(wanted))


def version_of(path: str, option: str, seconds: float = _PROGRAM_SECONDS) -> str:
    """The version that a program tells. Raises ValueError when it fails, tells none or takes too long."""
    with subprocess.Popen(
        [path, option],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise ValueError(f"does not answer within {seconds:g} s") from None
    version = re.search(rb"\d+(\.\d+)+", output)
    if process.returncode or not version:
        raise ValueError(f"tells no version and exits with status {process.returncode}")
    return version.group().decode()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started; a child that holds the pipe would keep us waiting."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def remedy_for(wanted: Program, manager: str | None = None) -> str:
    """How to get a program with a package manager, by default this machine's."""
    manager = manager or _package_manager()
    command = {"apt": "sudo apt install", "brew": "brew install", "winget": "winget install"}.get(manager)
    if command is None:
        return NO_PROGRAM.told(program=wanted.name)[1]
    if manager in wanted.packages:
        return f"{command} {wanted.packages[manager]}"
    return f"nothing to do: {manager} has no package for it, and the book replays what it would show"


def _package_manager() -> str:
    by_platform = {"darwin": "brew", "win32": "winget"}
    return by_platform.get(sys.platform) or ("apt" if shutil.which("apt") else "")


if __name__ == "__main__":
    raise SystemExit(main())
