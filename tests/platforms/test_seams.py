"""What only Linux, or only POSIX, has is used in the modules that stand behind an engine, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platforms import lacking
from tools.kernels import ROOT

PACKAGE = ROOT / "labsupport"
WHERE_THE_NETWORK_IS_LIVE = {"network/engines.py", "network/helper.py", "network/hosts.py", "network/lab.py",
                             "network/link.py", "network/precedence.py", "network/sniffer.py"}  # fmt: skip
WHERE_PROGRAMS_RUN_BESIDE_THE_CELLS = {"browser/sandbox.py", "doctor.py", "processes.py", "stores/redis_server.py",
                                       "supervisor.py"}  # fmt: skip
"""Windows replays them: `processes.Running` refuses, before anything that only POSIX has is touched. On macOS the
supervisor runs, and asks before it touches what only Linux has."""
IN_THE_READERS_TAB = "page"
"""A folder of what no kernel loads."""

ALLOWED = {
    "darwin": {"network/engines.py", "network/hosts.py", "network/lab.py", "network/link.py", "network/precedence.py",
               "supervisor.py"},
    "win32": WHERE_THE_NETWORK_IS_LIVE | WHERE_PROGRAMS_RUN_BESIDE_THE_CELLS,
}


@pytest.mark.parametrize("platform", ALLOWED)
def test_only_modules_behind_an_engine_use_what_a_platform_lacks(platform: str) -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if IN_THE_READERS_TAB not in path.relative_to(PACKAGE).parts]
    found = {path.relative_to(PACKAGE).as_posix(): missing(path, platform) for path in modules}
    users = {name: uses for name, uses in found.items() if uses}
    assert set(users) == ALLOWED[platform], users


def missing(path: Path, platform: str) -> list[str]:
    """What a file uses that a platform lacks."""
    names, modules = lacking.attributes(platform), lacking.modules(platform)
    return sorted({
        f"{module}.{name}".rstrip(".") for module, name in used(path)
        if module in modules or name in names.get(module, ())
    })  # fmt: skip


def used(path: Path) -> Iterator[tuple[str, str]]:
    """The module and the name of each attribute, or the module alone, that a file takes from the standard library."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in lacking.MODULES:
                yield module, name
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                yield from ((module, alias.name) for alias in aliases)
            case ast.Import(names=aliases):
                yield from ((alias.name, "") for alias in aliases)


def test_the_stubs_tell_what_windows_lacks() -> None:
    assert {"fcntl", "pwd", "resource", "termios"} <= set(lacking.modules("win32"))
    assert {"fork", "killpg", "geteuid"} <= lacking.attributes("win32")["os"]
    assert {"AF_UNIX", "AF_PACKET"} <= lacking.attributes("win32")["socket"]
    assert {"getpid", "environ", "pipe"}.isdisjoint(lacking.attributes("win32")["os"])


def test_the_stubs_tell_what_macos_lacks() -> None:
    assert lacking.modules("darwin") == []
    assert "AF_PACKET" in lacking.attributes("darwin")["socket"]
    assert "AF_UNIX" not in lacking.attributes("darwin")["socket"]
