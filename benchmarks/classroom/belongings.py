"""What a learner's kernel has while a chapter runs: a site, a store, a browser, files. Run in the kernel of its owner.

Prints where they are, as JSON; they live until the kernel ends.
"""

import json
import os
import sqlite3
import tempfile
from urllib.parse import urlsplit

from flask import Flask
from IPython import get_ipython

from labsupport import Browser, Network, Site
from labsupport.stores import RedisServer

SECRET = "the owner's secret"

app = Flask("owner")
app.add_url_rule("/", view_func=lambda: SECRET)
site = Site(app).start()
redis = RedisServer()
browser = Browser()
browser.open(site.url)
network = Network(rtt_ms=10)
kept = tempfile.mkdtemp(prefix="sessions-")
with sqlite3.connect(f"{kept}/sessions.sqlite") as database:
    database.execute("CREATE TABLE session (data TEXT)")

print(
    json.dumps(
        {
            "process": os.getpid(),
            "port": urlsplit(site.url).port,
            "store": redis.url.removeprefix("unix://"),
            "sessions": f"{kept}/sessions.sqlite",
            "profile": str(browser._running._profile),
            "home": os.path.expanduser("~"),
            "channels": get_ipython().kernel.config["IPKernelApp"]["connection_file"],
        }
    )
)
