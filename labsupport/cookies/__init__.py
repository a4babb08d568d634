"""Cookies as RFC 6265bis §5 has a user agent treat them: how a Set-Cookie line is read, stored, and sent back."""

from labsupport.cookies.dates import CookieDate, cookie_date
from labsupport.cookies.jar import CookieJar, Limits, Receipt
from labsupport.cookies.set_cookie import Attribute, SetCookie, parse
from labsupport.cookies.store import Cookie

__all__ = ["Attribute", "Cookie", "CookieDate", "CookieJar", "Limits", "Receipt", "SetCookie", "cookie_date", "parse"]
