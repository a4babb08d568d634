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

from labsupport import troubles
from labsupport.errors import Unavailable
from labsupport.experiment import REPLAY_WANTED, Availability
from labsupport.settings import wanted_engine


@functools.cache
def availability() -> Availability:
    """The best engine that works here; `LAB_ENGINE` names one to use instead."""
    wanted = wanted_engine()
    if wanted == "recorded":
        return REPLAY_WANTED
    if not sys.platform.startswith("linux"):
        return Availability("recorded", *troubles.NO_NAMESPACES.told(platform=sys.platform))
    refusal = "" if wanted == "direct" else _namespace_refusal()
    if not refusal and wanted != "direct":
        return Availability("namespace")
    reason, remedy = troubles.DIRECT_WANTED.told()
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
        return troubles.OLD_KERNEL
    try:
        helper = Helper()
    except Unavailable as error:
        return error.why
    try:
        Host(helper, "wire0", CLIENT, SERVER).close()
    except OSError as error:
        return troubles.REFUSED_TUN.format(error=error.strerror)
    finally:
        helper.close()
    return ""


def remedy_for_namespaces() -> str:
    """What to do so that this Linux permits user namespaces to ordinary users."""
    for setting in troubles.SETTINGS:
        if _setting(setting.path) == setting.forbids:
            return setting.remedy
    if not Path("/dev/net/tun").exists():
        return troubles.NO_TUN.remedy
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return troubles.TUN_FORBIDDEN.remedy
    return troubles.CONTAINED.remedy


def _setting(name: str) -> str:
    path = Path("/proc/sys") / name
    return path.read_text().strip() if path.is_file() else ""


def _raw_sockets_permitted() -> bool:
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0).close()
    except OSError:
        return False
    return True
