"""`compare` shares the notebooks of a folder among processes; one alone needs none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import compare


@pytest.mark.parametrize(("name", "processes"), [("one.ipynb", "0"), ("", str(compare.AT_ONCE))])
def test_one_notebook_starts_no_processes_to_share_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, processes: str
) -> None:
    (tmp_path / "one.ipynb").touch()
    commands: list[list[str]] = []

    def run(command: list[str], **how: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr("tools.kernels.warm", lambda variables: None)
    monkeypatch.setattr(subprocess, "run", run)
    assert compare.main([str(tmp_path / name)]) == 3
    (command,) = commands
    assert command[command.index("-n") + 1] == processes
    assert command[-1] == str(tmp_path / name)
    assert "tools.warm_kernels" in command


def test_the_plain_run_forks_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **how: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("tools.kernels.warm", lambda variables: None)
    monkeypatch.setattr(subprocess, "run", run)
    assert compare.main([str(tmp_path), "--plain"]) == 0
    assert "tools.warm_kernels" not in commands[0]
    assert "tools.kernel_channels" in commands[0]
