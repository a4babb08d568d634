"""The model runs where Python is all there is: no sockets, no threads, no C library, as in a browser."""

import subprocess
import sys

CODE = """
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

from labsupport.network.model import Model, STATES, trace, transitions

model = Model()
door = model.listen()
caller = model.connect(door)
model.run(until=lambda: door.accepted)
caller.close()
door.accepted[0].close()
model.run()
print(model.conversation, len(trace(model.conversation)))
print(sorted(name for name in sys.modules if name.split(".")[0] in ABSENT))
"""


def test_it_needs_nothing_that_a_browser_lacks():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    conversation, loaded = run.stdout.splitlines()
    assert conversation.endswith("client CLOSED, server CLOSED> 7")
    assert loaded == "[]"
