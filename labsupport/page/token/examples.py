"""Tokens to begin with: from the appendices of the standards, and one that this book signed with a printed key."""

from __future__ import annotations

from typing import NamedTuple

from labsupport.page.token.made import signed

DEMO_KEY = "A demo key of 32 octets, printed"
"""Printed here, so it protects nothing."""

RFC_KEY = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
"""The key of RFC 7515 §A.1, in base64url."""

_JOE = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
_SIGNED = f"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{_JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
_UNSECURED = f"eyJhbGciOiJub25lIn0.{_JOE}."
_ECDSA = (f"eyJhbGciOiJFUzI1NiJ9.{_JOE}."
          "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
_ENCRYPTED = (
    "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ."
    "AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ"
)
_ACCESS = ('{"alg":"HS256","typ":"at+jwt"}',
           '{"iss":"https://login.test","sub":"ada","aud":"https://api.test","scope":"read",'
           '"iat":1767225600,"exp":1767229200,"jti":"7f3a"}')
_IN_TIME, _BEFORE_JOE = "2026-01-01T00:30", "2011-03-22T18:00"


class Example(NamedTuple):
    """A token with the key, the name of the verifier and the clock that go with it.

    `at` is the verifier's clock in UTC, to the minute; empty for the reader's own.
    """

    name: str
    title: str
    watch: str
    text: str
    key: str = DEMO_KEY
    form: str = "text"
    audience: str = ""
    at: str = ""


EXAMPLES = (
    Example("rfc", "Signed: RFC 7515 §A.1", "The standard's first signed token, with its key, on the day it was good.",
            _SIGNED, RFC_KEY, "base64url", at=_BEFORE_JOE),
    Example("expired", "Expired: the same token today", "The signature still fits. The clock says no.",
            _SIGNED, RFC_KEY, "base64url"),
    Example("none", "Unsigned: RFC 7515 §A.5", "alg is none, and nothing follows the second dot. Who accepts it?",
            _UNSECURED, at=_BEFORE_JOE),
    Example("access", "An access token for one API", "It names its audience. Change the verifier's name.",
            signed(*_ACCESS, DEMO_KEY.encode()), audience="https://api.test", at=_IN_TIME),
    Example("ecdsa", "ES256: RFC 7515 §A.3", "A public key would check this one. This page has no code for it.",
            _ECDSA, at=_BEFORE_JOE),
    Example("jwe", "Encrypted: RFC 7516 §A.3", "Five parts. Without the key the header is all that can be read.",
            _ENCRYPTED, at=_BEFORE_JOE),
)
"""The first stands in the page when it is loaded."""
