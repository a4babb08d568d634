"""An HTTP/1.1 message as named bytes: first line, field lines, body (RFC 9112 §2.1)."""

from labsupport.dissection.http.message import begins_with_cookies, cookie_lines, http_message
from labsupport.dissection.http.start_line import begins_a_message

__all__ = ["begins_a_message", "begins_with_cookies", "cookie_lines", "http_message"]
