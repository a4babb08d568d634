"""The model and the cookies run where Python is all there is: no sockets, no threads, no C library, as in a browser."""

import subprocess
import sys

WITHOUT = """
import sys

ABSENT = {"_socket", "socket", "fcntl", "ctypes", "select", "threading", "subprocess", "_posixsubprocess",
          "multiprocessing", "ssl", "asyncio", "termios", "resource"}


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


for name in ABSENT:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
"""
MODEL = """
from labsupport.network.model import Model, STATES, trace, transitions

model = Model()
door = model.listen()
caller = model.connect(door)
model.run(until=lambda: door.accepted)
caller.close()
door.accepted[0].close()
model.run()
print(model.conversation, len(trace(model.conversation)))
"""
COOKIES = """
from labsupport.cookies import CookieJar
from labsupport.dissection import dissect

jar = CookieJar()
jar.receive("sid=1; Secure; Expires=Wed, 21 Oct 2099 07:28:00 GMT", "http://app.bank.localhost/")
print(dissect(b"Set-Cookie: sid=1; Max-Age=x")["Max-Age"].meaning, jar.field("https://app.bank.localhost/"))
"""
LOADED = """
print(sorted(name for name in sys.modules if name.split(".")[0] in ABSENT))
"""


def printed(program: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", WITHOUT + program + LOADED], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    return run.stdout.splitlines()


def test_the_model_needs_nothing_that_a_browser_lacks():
    conversation, loaded = printed(MODEL)
    assert conversation.endswith("client CLOSED, server CLOSED> 7")
    assert loaded == "[]"


def test_the_jar_and_the_dissection_need_nothing_that_a_browser_lacks():
    seen, loaded = printed(COOKIES)
    assert seen.startswith("ignored: it is no number") and seen.endswith(" sid=1")
    assert loaded == "[]"
