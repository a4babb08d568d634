"""Which engine carries the network experiments here, and why not a better one.

`namespace`: two private hosts, real kernels, a wire with delay. `direct`: packets of the machine's own loopback,
where raw sockets are permitted but namespaces are not. `recorded`: replay.
"""

from __future__ import annotations

import functools
import os
import socket
import sys
from pathlib import Path

from labsupport.errors import Unavailable
from labsupport.experiment import REPLAY_WANTED, Availability
from labsupport.settings import wanted_engine

_RECORDED_ONLY = "none needed: the recordings tell the same story; for live packets use Linux or WSL 2"


@functools.cache
def availability() -> Availability:
    """The best engine that works here; `LAB_ENGINE` names one to use instead."""
    wanted = wanted_engine()
    if wanted == "recorded":
        return REPLAY_WANTED
    if not sys.platform.startswith("linux"):
        return Availability("recorded", f"{sys.platform} has no network namespaces", _RECORDED_ONLY)
    refusal = "" if wanted == "direct" else _namespace_refusal()
    if not refusal and wanted != "direct":
        return Availability("namespace")
    reason, remedy = "LAB_ENGINE=direct asks for it", "unset LAB_ENGINE"
    if refusal:
        reason, remedy = refusal, remedy_for_namespaces()
        if wanted == "namespace":
            return Availability("recorded", reason, remedy)
    return Availability("direct" if _raw_sockets_permitted() else "recorded", reason, remedy)


def _namespace_refusal() -> str:
    from labsupport.network.addresses import CLIENT, SERVER
    from labsupport.network.boundary import own_namespace
    from labsupport.network.hosts import Helper, Host

    if own_namespace() is None:
        return "this kernel does not tell namespaces apart (Linux 5.14 and later do)"
    try:
        helper = Helper()
    except Unavailable as error:
        return error.why
    try:
        Host(helper, "wire0", CLIENT, SERVER).close()
    except OSError as error:
        return f"the kernel refused a TUN device: {error.strerror}"
    finally:
        helper.close()
    return ""


def remedy_for_namespaces() -> str:
    """What to do so that this Linux permits user namespaces to ordinary users."""
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), or run on recordings"
    if _setting("user/max_user_namespaces") == "0":
        return "sudo sysctl user.max_user_namespaces=15000, or run on recordings"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return "sudo sysctl kernel.unprivileged_userns_clone=1, or run on recordings"
    if not Path("/dev/net/tun").exists():
        return "sudo modprobe tun (in a container: --device /dev/net/tun), or run on recordings"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "sudo chmod a+rw /dev/net/tun, or run on recordings"
    return (
        "in a container, start it with --security-opt seccomp=unconfined --device /dev/net/tun; "
        "otherwise ask the administrator for user namespaces, or run on recordings"
    )


def _setting(name: str) -> str:
    path = Path("/proc/sys") / name
    return path.read_text().strip() if path.is_file() else ""


def _raw_sockets_permitted() -> bool:
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0).close()
    except OSError:
        return False
    return True
