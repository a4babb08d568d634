"""Why something does not run live here, and what to do about it: every reason and remedy, once.

The instruments take their words from this table, so does the doctor, and the book lists it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason why an instrument cannot run, with its remedy; names in braces are facts of the machine.

    `what` is the instrument as the doctor calls it. `sign` says how the cause is found, where the reason does not.
    """

    what: str
    reason: str
    remedy: str
    sign: str = ""

    def told(self, **facts: object) -> tuple[str, str]:
        """The reason and the remedy with the facts of this machine. Raises KeyError for a fact that is not given."""
        return self.reason.format_map(facts), self.remedy.format_map(facts)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the kernel that forbids user namespaces, and how to change it."""

    path: str
    forbids: str
    remedy: str
    found_on: str


_NETWORK, _PROGRAM, _NODE, _BROWSER = "private network", "a program", "Node packages", "browsers"
_OR_RECORDINGS = ", or run on recordings"

REPLAY_WANTED = Trouble("everything", "LAB_ENGINE=recorded asks for it", "unset LAB_ENGINE")
IN_A_PAGE = Trouble(
    "everything",
    "Python in this page has no network and starts no programs",
    "run the chapter on your own machine, with make lab",
)
DIRECT_WANTED = Trouble(_NETWORK, "LAB_ENGINE=direct asks for it", "unset LAB_ENGINE")

NO_NAMESPACES = Trouble(
    _NETWORK,
    "{platform} has no network namespaces",
    "none needed: the recordings tell the same story; for live packets use Linux or WSL 2",
)
REFUSED = "the kernel refused a user namespace: {error}"
REFUSED_TUN = "the kernel refused a TUN device: {error}"
OLD_KERNEL = "this kernel does not tell namespaces apart (Linux 5.14 and later do)"

SETTINGS = (
    Setting(
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        f"sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu){_OR_RECORDINGS}",
        "Ubuntu 24.04 and later",
    ),
    Setting("user/max_user_namespaces", "0", f"sudo sysctl user.max_user_namespaces=15000{_OR_RECORDINGS}", ""),
    Setting(
        "kernel/unprivileged_userns_clone",
        "0",
        f"sudo sysctl kernel.unprivileged_userns_clone=1{_OR_RECORDINGS}",
        "older Debian",
    ),
)
"""What to look at, in this order, where the kernel refuses a namespace."""

NO_TUN = Trouble(
    _NETWORK,
    REFUSED_TUN,
    f"sudo modprobe tun (in a container: --device /dev/net/tun){_OR_RECORDINGS}",
    "there is no /dev/net/tun",
)
TUN_FORBIDDEN = Trouble(
    _NETWORK, REFUSED_TUN, f"sudo chmod a+rw /dev/net/tun{_OR_RECORDINGS}", "/dev/net/tun may not be read or written"
)
CONTAINED = Trouble(
    _NETWORK,
    REFUSED,
    "in a container, start it with --security-opt seccomp=unconfined --device /dev/net/tun; "
    "otherwise ask the administrator for user namespaces, or run on recordings",
    "none of the settings above forbids it",
)
NO_SETTING = Trouble(
    "a setting of newer kernels", "this kernel has no setting {need}", "use a newer Linux, or run on recordings"
)

NOT_POSIX = Trouble(_PROGRAM, "programs beside the cells need a POSIX system", "use Linux, macOS or WSL 2")
NO_PROGRAM = Trouble(_PROGRAM, "the program {program} is not installed", "install the package that has {program}")
NO_BROWSER = Trouble(
    _BROWSER,
    "the program {missing} is not installed",
    "install {program} and {driver} of the same version (python -m labsupport.doctor tells the packages)",
)
NO_NODE = Trouble(
    _NODE, "the program node is not installed", "install Node and npm (python tasks.py doctor tells the packages)"
)
NO_REPOSITORY = Trouble(_NODE, "the package is not in the book's repository", "run it there")
NO_NODE_PACKAGES = Trouble(
    _NODE,
    "the packages express, cookie-session, … are not installed",
    "install npm, then run python tasks.py doctor, which installs them, with a network",
)
HIDDEN_NODE_PACKAGES = Trouble(
    _NODE, "you may not read {folder}", "ask its owner for: chmod -R a+rX {folder}", "somebody else installed them"
)

OTHER_PYTHON = Trouble(
    "Python", "{version}", "make the environment with a Python from {oldest} to {newest}", "another than those tested"
)
NO_REQUIREMENTS = Trouble(
    "packages", "no {requirements} beside the package", "run the doctor in the book's repository"
)
OTHER_PACKAGES = Trouble("packages", "{number} of {all} differ: {names}", "{python} -m pip install -r {requirements}")
OTHER_DRIVER = Trouble(_BROWSER, "{browser}, driver {driver}", "bring both to one version: {remedy}", "two versions")


def from_setting(setting: Setting) -> Trouble:
    """The trouble that a setting makes."""
    where = f" ({setting.found_on})" if setting.found_on else ""
    sign = f"{setting.path.replace('/', '.')} is {setting.forbids}{where}"
    return Trouble(_NETWORK, REFUSED, setting.remedy, sign)


TROUBLES = (
    *(OTHER_PYTHON, NO_REQUIREMENTS, OTHER_PACKAGES, REPLAY_WANTED, IN_A_PAGE),
    *(NO_NAMESPACES, *map(from_setting, SETTINGS), CONTAINED, NO_TUN, TUN_FORBIDDEN, DIRECT_WANTED, NO_SETTING),
    *(NOT_POSIX, NO_PROGRAM, NO_BROWSER, OTHER_DRIVER),
    *(NO_NODE, NO_REPOSITORY, NO_NODE_PACKAGES, HIDDEN_NODE_PACKAGES),
)
"""All of them, as the book lists them."""
