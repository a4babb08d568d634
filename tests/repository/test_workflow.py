"""The workflow runs what CI runs, on every platform, with nothing that can change under it."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from _ext.protocols_on_trial import python
from tools import page_python
from tools.kernels import ROOT

FILE = ROOT / ".github" / "workflows" / "ci.yml"
WORKFLOW: dict[Any, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_every_action_is_pinned_by_its_hash_and_says_its_version() -> None:
    uses = re.findall(r"uses: (.+)", FILE.read_text(encoding="utf-8"))
    assert uses
    assert [
        line for line in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
    ] == []


def test_one_action_has_one_version() -> None:
    uses = {step["uses"] for step in STEPS if "uses" in step}
    assert len(uses) == len({use.partition("@")[0] for use in uses})


def test_every_python_of_the_project_is_tried_on_every_platform() -> None:
    jobs = WORKFLOW["jobs"]
    for name in ("live", "recorded"):
        assert jobs[name]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert jobs["recorded"]["strategy"]["matrix"]["os"] == ["macos-latest", "windows-latest"]


def test_linux_runs_the_same_script_as_ci_with_private_networks_permitted() -> None:
    runs = [step.get("run", "") for step in WORKFLOW["jobs"]["live"]["steps"]]
    permitted = next(
        index for index, run in enumerate(runs) if "apparmor_restrict_unprivileged_userns=0" in run
    )
    assert ".ci/run" in runs[permitted + 1 :]


def test_the_newest_dependencies_are_tried_every_week() -> None:
    # YAML 1.1 reads the key `on` as true.
    assert WORKFLOW[True]["schedule"] == [{"cron": "17 4 * * 1"}]
    assert "make lock UPGRADE=1" in [step.get("run") for step in WORKFLOW["jobs"]["newest"]["steps"]]


def test_only_the_job_that_publishes_may_write() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in WORKFLOW["jobs"].items() if "permissions" in job] == ["pages"]


def test_every_job_ends() -> None:
    assert all(job["timeout-minutes"] <= 120 for job in WORKFLOW["jobs"].values())


def test_pages_without_run_buttons_are_not_published() -> None:
    runs = [step.get("run") for step in WORKFLOW["jobs"]["pages"]["steps"]]
    checked = f"test -f _build/html/{python.FOLDER}/{page_python.BOOK}"
    assert runs.index("make book") < runs.index(checked)


def test_the_script_names_no_folder_of_one_machine() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|work|tmp)/", script)
    assert "LAB_REQUIRE=all make test" in script


@pytest.mark.skipif(not shutil.which("bash"), reason="only on systems with bash")
def test_the_script_is_bash() -> None:
    assert subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=False).returncode == 0


if shutil.which("actionlint"):  # no package manager that .ci/run uses has it

    def test_actionlint_finds_nothing() -> None:
        assert subprocess.run(["actionlint", str(FILE)], cwd=ROOT, check=False).returncode == 0
