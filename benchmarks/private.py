"""A private network for the peers: a child process that may open raw sockets, whoever started it (Linux).

Run as a script with the name of a bench module; prints what the module's `measure_here` returns, as JSON.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys

from benchmarks.report import Figures
from labsupport.network.helper import bring_up
from tools.kernels import ROOT

_UNSHARE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "--net")
"""Any user but root: tcpdump as root would become another user, whom the private namespace does not know."""

_LONGEST_S = 180


def measure_in_private(module: str) -> Figures:
    """Run `measure_here` of a module in a private network. Raises RuntimeError with the reason where it cannot."""
    if shutil.which("unshare") is None:
        raise RuntimeError("unshare is not on the PATH; install util-linux")
    done = subprocess.run(
        [*_UNSHARE, sys.executable, "-m", "benchmarks.private", module],
        cwd=ROOT, text=True, capture_output=True, timeout=_LONGEST_S, stdin=subprocess.DEVNULL, check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or "no reason given").splitlines()[-1])
    figures: Figures = json.loads(done.stdout)
    return figures


def main() -> None:
    """Measure in this process, which is already in the private network."""
    bring_up("lo")
    print(json.dumps(importlib.import_module(sys.argv[1]).measure_here()))


if __name__ == "__main__":
    main()
