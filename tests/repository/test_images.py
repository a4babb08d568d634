"""The image has what CI has; the files that engines read are well formed and agree with one another."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

import tasks
from tools.kernels import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = {"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "RUN", "USER", "WORKDIR"}
PACKAGES = (ROOT / "apt.txt").read_text(encoding="utf-8").split()
VALUES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "z2jh" / "values.yaml").read_text(encoding="utf-8"))
HUB = (ROOT / "deploy" / "jupyterhub" / "requirements.txt").read_text(encoding="utf-8")
OF_THE_CHART = {
    "hub": {"concurrentSpawnLimit", "activeServerLimit", "config"},
    "singleuser": {"image", "cmd", "defaultUrl", "startTimeout", "uid", "fsGid", "allowPrivilegeEscalation", "storage",
                   "memory", "cpu", "networkPolicy"},
    "cull": {"enabled", "users", "timeout", "every"},
    "prePuller": {"hook", "continuous"},
}  # fmt: skip
"""Keys that the schema of the chart knows; it refuses others."""
FOR_CHECKING_PAGES = {"default-jre-headless", "epubcheck", "firefox-esr", "poppler-utils"}
"""What no chapter runs."""


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
    lines = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [(name, rest) for name, rest in lines]


def packages_of_ci() -> set[str]:
    """Those that .ci/run installs where their programs are missing."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    programs = re.search(r"programs=\((.*?)\n\)", script, re.DOTALL)
    assert programs
    named = re.findall(r'"?[\w. -]+:([\w.-]+)"?', programs.group(1))
    return {*named, *re.findall(r"missing\+=\(([a-z][\w.-]*)\)", script)}


def test_the_image_has_the_packages_that_ci_installs() -> None:
    assert set(PACKAGES) == packages_of_ci() - FOR_CHECKING_PAGES
    assert sorted(PACKAGES) == PACKAGES
    assert "xargs -a /tmp/apt.txt apt-get install" in DOCKERFILE


def test_every_line_of_the_dockerfile_is_an_instruction() -> None:
    assert {name for name, _ in instructions()} <= INSTRUCTIONS
    assert instructions()[0][0] == "FROM"


def test_every_file_that_is_copied_exists() -> None:
    sources = [source for name, rest in instructions() if name == "COPY" for source in rest.split()[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_it_runs_as_an_ordinary_user_with_the_number_that_binder_and_kubernetes_expect() -> None:
    told = instructions()
    assert ("ARG", "NB_UID=1000") in told
    users = [index for index, (name, _) in enumerate(told) if name == "USER"]
    assert users and told[users[-1]][1] == "$NB_USER"
    assert not [name for name, _ in told[users[-1]:] if name == "RUN"]
    assert VALUES["singleuser"]["uid"] == 1000


def test_the_commands_start_through_what_hands_out_the_chapters() -> None:
    told = dict(instructions())
    entry, command = json.loads(told["ENTRYPOINT"]), json.loads(told["CMD"])
    assert entry[1].endswith("/deploy/start.py") and command[:2] == ["jupyter", "lab"]


def test_debians_python_is_one_that_the_project_supports() -> None:
    of_debian = {"bookworm": (3, 11), "trixie": (3, 13)}
    release = re.search(r"FROM debian:(\w+)-slim", DOCKERFILE)
    assert release and tasks.OLDEST <= of_debian[release.group(1)] <= tasks.NEWEST


def test_the_hub_has_one_version() -> None:
    assert re.findall(r"jupyterhub==(\S+)", HUB) == re.findall(r"ARG JUPYTERHUB=(\S+)", DOCKERFILE)


def test_the_dev_container_is_built_from_the_same_file_with_live_networks() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    told = json.loads(re.sub(r"(?m)^\s*//.*$", "", text))
    assert (ROOT / ".devcontainer" / told["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert {"seccomp=unconfined", "/dev/net/tun"} <= set(told["runArgs"])
    assert ("ARG", f"NB_USER={told['remoteUser']}") in instructions()


@pytest.mark.parametrize("section", VALUES)
def test_the_chart_knows_the_values(section: str) -> None:
    assert set(VALUES[section]) <= OF_THE_CHART[section]


def test_binder_takes_the_dockerfile_and_finds_no_file_that_it_would_pass_over() -> None:
    assert not (ROOT / ".binder").exists() and not (ROOT / "binder").exists()
    assert [name for name in ("postBuild", "runtime.txt", "environment.yml", "start") if (ROOT / name).exists()] == []
