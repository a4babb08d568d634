"""The pages of all parties: as little HTML as they need."""

from __future__ import annotations

from typing import Any

from flask import render_template_string

_HEAD = "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,><title>{{ title }}</title>"

LOG_IN = _HEAD + """<h1>Log in at {{ title }}</h1>{% if wrong %}<p>Wrong name or password.</p>{% endif %}
<form method=post action="/login?{{ query }}">
<input id=user name=user autocomplete=username aria-label=Name>
<input id=password name=password type=password autocomplete=current-password aria-label=Password>
<button id=log-in>Log in</button></form>"""

CONSENT = _HEAD + """<h1>{{ title }}</h1><p>{{ client }} asks for: {{ scope }}. Do you allow it, {{ user }}?</p>
<form method=post action="/consent?{{ query }}"><button id=allow name=decision value=allow>Allow</button>
<button id=deny name=decision value=deny>Deny</button></form>"""

ERROR = _HEAD + "<h1>{{ title }} refuses</h1><p>{{ error }}: {{ description }}</p>"

HOME = _HEAD + """{% if user %}<p>Logged in as {{ user }}.</p>
<form method=post action=/notes><input id=text name=text aria-label=Note><button id=upload>Upload</button></form>
<form method=post action=/logout><button id=log-out>Log out</button></form>
{% else %}<p>Not logged in.</p>{% for server in servers %}
<p><a {% if loop.first %}id=log-in{% endif %} href="/login?server={{ server }}">Log in with {{ server }}</a></p>
{% endfor %}{{ more | safe }}{% endif %}"""

SAVED = _HEAD + "<p>{{ told }}</p><p><a id=home href=/>Back</a></p>"


def page(template: str, **values: Any) -> str:
    """The page of a template, with everything in it escaped."""
    return render_template_string(template, **values)
