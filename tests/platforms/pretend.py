"""Lets the package and the cells of a notebook see another platform: `pretend(…)`, before they are imported.

They see its `sys.platform` and `os.name`, and nothing that its standard library lacks: neither modules nor names, and
no /proc. Everybody else in the process, the standard library and what was installed, sees the real platform and goes
on working. Standard library only: kernels run this file before a cell.
"""

import builtins
import importlib
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

OURS = ("labsupport", "__main__")
HIDDEN = ("/proc", "/sys/")
NEAREST = 8
"""Frames in which one of ours may stand who has the standard library open a file."""


class Seen(ModuleType):
    """A module as it is elsewhere: some names are missing, some have another value."""

    def __init__(self, real: ModuleType, lacking: frozenset[str], other: Mapping[str, Any]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(other)
        self.__dict__.update(_real=real, _lacking=lacking)

    def __getattr__(self, name: str) -> Any:
        if name in self._lacking:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on this platform")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)


def pretend(other: dict[str, dict[str, Any]], lacking: dict[str, list[str]], no_modules: list[str]) -> None:
    """From now on, show `other` values and none of the `lacking` names, by module, to the package and the cells."""
    seen = {
        name: Seen(importlib.import_module(name), frozenset(lacking.get(name, ())), other.get(name, {}))
        for name in {*other, *lacking} - set(no_modules)
    }
    if other.get("sys", {}).get("platform") == "win32":
        let_sockets_do_as_windows_does()
    builtins.__import__ = importing(builtins.__import__, seen, frozenset(no_modules))
    sys.addaudithook(hide_files)


def let_sockets_do_as_windows_does() -> None:
    """Two things that the code leaves to Windows, and that the kernel below, which is Linux, does otherwise.

    Windows takes two short numbers for SO_LINGER, and lets a port be bound again at once without SO_REUSEADDR.
    """
    real_option, real_bind = socket.socket.setsockopt, socket.socket.bind

    def set_option(self: socket.socket, level: int, option: int, *value: Any) -> None:
        if option == socket.SO_LINGER and level == socket.SOL_SOCKET and len(value[0]) == struct.calcsize("hh"):
            value = (struct.pack("ii", *struct.unpack("hh", value[0])),)
        real_option(self, level, option, *value)

    def bind(self: socket.socket, address: Any) -> None:
        if self.type == socket.SOCK_STREAM:
            real_option(self, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        real_bind(self, address)

    socket.socket.setsockopt = set_option  # type: ignore[method-assign, assignment]
    socket.socket.bind = bind  # type: ignore[method-assign, assignment]


def importing(
    real: Callable[..., Any], seen: Mapping[str, ModuleType], no_modules: frozenset[str]
) -> Callable[..., Any]:
    """The function behind `import`, which gives ours the modules as they are seen."""

    def import_as_seen(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if level or not is_ours((globals or {}).get("__name__")):
            return real(name, globals, locals, fromlist, level)
        top = name.partition(".")[0]
        if top in no_modules:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        found = real(name, globals, locals, fromlist, level)
        return seen.get(name if fromlist else top, found)

    return import_as_seen


def is_ours(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in OURS


def hide_files(event: str, arguments: tuple[Any, ...]) -> None:
    """What the kernel shows as files, no other platform has."""
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(HIDDEN) and asked_by_ours():
        raise FileNotFoundError(2, "No such file or directory", str(arguments[0]))


def asked_by_ours() -> bool:
    """True when the package or a cell stands behind a call, not what was installed beside it."""
    frame = sys._getframe(2)
    for _ in range(NEAREST):
        if frame.f_back is None or is_ours(frame.f_globals.get("__name__")):
            break
        frame = frame.f_back
    return is_ours(frame.f_globals.get("__name__"))
