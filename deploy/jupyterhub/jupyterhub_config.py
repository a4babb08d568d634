"""JupyterHub for a class on one Linux machine; chapters/appendix/teaching.md tells how to use it.

    sudo .venv/bin/jupyterhub -f deploy/jupyterhub/jupyterhub_config.py

The environment chooses: CLASS_URL (where it listens), CLASS_GROUP (the Linux group that may log in), CLASS_DOMAIN (a
name for each learner below this one), CLASS_SPAWNER=systemd (limits of memory and processor), CLASS_LOOPBACK=shared
(where the machine permits no namespaces).
"""

import os
import subprocess
import sys
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - JupyterHub defines it

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FONTS = ROOT / "_build" / "class" / "matplotlib"
PRIVATE = os.environ.get("CLASS_LOOPBACK", "private") != "shared"
MEGABYTES = 1024
"""Of memory for each learner, where the spawner can hold to it."""

# Who may come: every account of the machine in one group, with its password. Loopback, until a TLS proxy stands before.
c.JupyterHub.bind_url = os.environ.get("CLASS_URL", "http://127.0.0.1:8000")
c.JupyterHub.subdomain_host = os.environ.get("CLASS_DOMAIN", "")
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {os.environ.get("CLASS_GROUP", "learners")}
c.JupyterHub.cleanup_servers = True

# What each gets: a server that runs as the learner's own user, opened on the chapters.
c.Spawner.cmd = [sys.executable, str(ROOT / "deploy" / "start.py"), sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.environment = {"CLASS_LOOPBACK": "private" if PRIVATE else "shared"}
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.Spawner.args = [
    # Without ports: on loopback every user of the machine could listen to what a kernel prints.
    "--ConnectionFileMixin.transport=ipc",
    "--MappingKernelManager.cull_idle_timeout=1800",
    "--MappingKernelManager.cull_interval=120",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
if os.environ.get("CLASS_SPAWNER") == "systemd":  # pip install jupyterhub-systemdspawner==1.0.2
    c.JupyterHub.spawner_class = "systemd"
    c.SystemdSpawner.mem_limit = f"{MEGABYTES}M"
    c.SystemdSpawner.cpu_limit = 2.0
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.disable_user_sudo = True
else:
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

# How many, how fast, how long.
c.JupyterHub.concurrent_spawn_limit = 40  # a class comes all at once; whoever is above is told to try again
c.JupyterHub.active_server_limit = 60
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600", "--cull-every=300"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]


def prove_that_namespaces_are_permitted() -> None:
    """Stop before the first learner meets it, with the remedy that a kernel would print."""
    kernel = HERE / "kernels" / "python3" / "private_kernel.py"
    learner = "nobody" if os.geteuid() == 0 else None
    trial = [sys.executable, str(kernel), "-c", ""]
    tried = subprocess.run(trial, user=learner, stderr=subprocess.PIPE, text=True, check=False)
    if tried.returncode:
        raise SystemExit(tried.stderr.strip())


def list_fonts() -> None:
    """Once for all learners, who may read the list."""
    quietly = [sys.executable, "-c", "import matplotlib.font_manager"]
    variables = {**os.environ, "MPLCONFIGDIR": str(FONTS)}
    subprocess.run(quietly, env=variables, umask=0o022, stderr=subprocess.DEVNULL, check=True)


if PRIVATE:
    prove_that_namespaces_are_permitted()
list_fonts()
