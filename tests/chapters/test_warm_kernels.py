"""A kernel that is forked from a warm process is a kernel like one that was started, and as much by itself."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager

from tools import compare, kernels
from tools.kernel_channels import channels, sockets_folder
from tools.kernels import ROOT
from tools.warm_kernels import POSSIBLE, Forked, Zygote, warm

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="only on Linux kernels are forked")

LOOK = """
import json, os, random, sys, subprocess, threading
VARYING = ("JPY_PARENT_PID", "PYTEST_CURRENT_TEST")
seen = {
    "pid": os.getpid(), "session": os.getsid(0), "folder": os.getcwd(), "path": sys.path,
    "tools": [name for name in sys.modules if name == "tools" or name.startswith(("tools.", "labsupport"))],
    "variables": {name: value for name, value in os.environ.items() if name not in VARYING},
    "left": globals().get("left"), "random": random.random(),
    "status": subprocess.run(["sh", "-c", "exit 7"]).returncode,
    "warm": "matplotlib" in sys.modules,
}
left = "by a notebook"
with open(os.environ["SEEN"], "a") as file:
    print(json.dumps(seen), file=file)
"""


def seen_by_kernels(folder: Path, *plugins: str) -> list[dict[str, Any]]:
    """What the cell sees in the kernels of two notebooks that one process of pytest runs."""
    for name in ("one", "two"):
        cell = nbformat.v4.new_code_cell(LOOK, execution_count=1, metadata={"tags": ["nbval-ignore-output"]})
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / f"{name}.ipynb")
    seen = folder / "seen.jsonl"
    seen.unlink(missing_ok=True)
    variables = kernels.environment(add={"SEEN": str(seen)})
    command = compare.command(folder, *plugins, at_once=0)
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return [json.loads(line) for line in seen.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What kernels see that were started, and what those see that were forked."""
    folder = tmp_path_factory.mktemp("notebooks")
    return {"plain": seen_by_kernels(folder), "warm": seen_by_kernels(folder, *compare.WARM)}


def test_only_the_forked_ones_have_the_imports_done(both: dict[str, list[dict[str, Any]]]) -> None:
    assert {how: {seen["warm"] for seen in kernels} for how, kernels in both.items()} == {
        "plain": {False}, "warm": {True},
    }


@pytest.mark.parametrize("what", ["folder", "path", "variables", "tools", "left", "status"])
def test_both_see_the_same_world(both: dict[str, list[dict[str, Any]]], what: str) -> None:
    (plain, _), warm = both["plain"], both["warm"]
    assert [seen[what] for seen in warm] == [plain[what]] * 2


def test_each_forked_kernel_is_a_process_with_a_session_and_a_chance_of_its_own(
    both: dict[str, list[dict[str, Any]]]
) -> None:
    one, two = both["warm"]
    assert one["pid"] == one["session"] != two["pid"] == two["session"]
    assert one["random"] != two["random"]


def test_no_forked_kernel_is_left_behind(both: dict[str, list[dict[str, Any]]]) -> None:
    for seen in both["warm"]:
        Forked(seen["pid"]).wait(10)
        with pytest.raises(ProcessLookupError):
            os.kill(seen["pid"], 0)


def test_a_kernel_ends_with_the_process_that_it_was_forked_from(tmp_path: Path) -> None:
    zygote = Zygote()
    with sockets_folder() as folder:
        manager = warm(KernelManager, zygote)(connection_file=str(tmp_path / "kernel.json"), **channels(folder))
        manager.start_kernel()
        client, kernel = manager.client(), manager.provisioner.process  # type: ignore[union-attr]
        client.start_channels()
        try:
            client.wait_for_ready(60)
            assert kernel.poll() is None
            zygote._process.kill()  # type: ignore[union-attr]
            assert kernel.wait(20) == 0
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            zygote.end()


def test_a_process_that_has_ended_is_seen_as_ended() -> None:
    with subprocess.Popen(["true"]) as process:
        forked = Forked(process.pid)
        assert forked.wait(10) == 0
        assert forked.poll() == 0
        forked.send_signal(15)
    assert Forked(process.pid).poll() == 0
