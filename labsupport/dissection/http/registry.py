"""What registered methods, status codes and fields mean, and which section says so. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Known(NamedTuple):
    """What a method, a status code or a field means, in few words, and the section that defines it."""

    meaning: str
    standard: str


METHODS: Mapping[str, Known] = {
    "GET": Known("asks for the current representation; safe", "RFC 9110 §9.3.1"),
    "HEAD": Known("as GET, but the response has no content; safe", "RFC 9110 §9.3.2"),
    "POST": Known("has the resource process the content; neither safe nor idempotent", "RFC 9110 §9.3.3"),
    "PUT": Known("replaces the resource's state by the content; idempotent", "RFC 9110 §9.3.4"),
    "DELETE": Known("removes the resource; idempotent", "RFC 9110 §9.3.5"),
    "CONNECT": Known("asks a proxy for a tunnel to a host and port", "RFC 9110 §9.3.6"),
    "OPTIONS": Known("asks what the resource allows; safe", "RFC 9110 §9.3.7"),
    "TRACE": Known("has the request sent back as content; safe", "RFC 9110 §9.3.8"),
    "PATCH": Known(
        "changes the resource as the content describes; neither safe nor idempotent", "RFC 5789 §2"
    ),
    "QUERY": Known("has the resource answer the query in the content; safe", "RFC 10008 §2"),
    "PRI": Known("begins the preface of an HTTP/2 connection; no request", "RFC 9113 §3.4"),
}
"""The methods that are told, by their names, which are case-sensitive."""

CLASSES: Mapping[str, Known] = {
    "1": Known("informational: the final response follows", "RFC 9110 §15.2"),
    "2": Known("successful", "RFC 9110 §15.3"),
    "3": Known("redirection: the client has more to do", "RFC 9110 §15.4"),
    "4": Known("client error", "RFC 9110 §15.5"),
    "5": Known("server error", "RFC 9110 §15.6"),
}
"""The classes of status codes, by the first digit."""

STATUS_CODES: Mapping[str, Known] = {
    "100": Known("the client may send the content it holds back", "RFC 9110 §15.2.1"),
    "101": Known("the connection changes to the protocol in Upgrade", "RFC 9110 §15.2.2"),
    "103": Known("fields that the final response will likely have", "RFC 8297 §2"),
    "200": Known("the request succeeded", "RFC 9110 §15.3.1"),
    "201": Known("a resource was created", "RFC 9110 §15.3.2"),
    "202": Known("accepted, not processed yet", "RFC 9110 §15.3.3"),
    "203": Known("a proxy changed the content", "RFC 9110 §15.3.4"),
    "204": Known("succeeded, and there is no content to send", "RFC 9110 §15.3.5"),
    "205": Known("succeeded, and the client resets its form", "RFC 9110 §15.3.6"),
    "206": Known("the ranges asked for", "RFC 9110 §15.3.7"),
    "300": Known("several representations to choose from", "RFC 9110 §15.4.1"),
    "301": Known("moved for good; a client may turn POST into GET", "RFC 9110 §15.4.2"),
    "302": Known("elsewhere for now; a client may turn POST into GET", "RFC 9110 §15.4.3"),
    "303": Known("the answer is elsewhere, to be fetched with GET", "RFC 9110 §15.4.4"),
    "304": Known("what the client has stored is still valid", "RFC 9110 §15.4.5"),
    "307": Known("elsewhere for now, with the same method", "RFC 9110 §15.4.8"),
    "308": Known("moved for good, with the same method", "RFC 9110 §15.4.9"),
    "400": Known("the server takes the request for malformed", "RFC 9110 §15.5.1"),
    "401": Known("credentials are missing or not valid", "RFC 9110 §15.5.2"),
    "403": Known("understood and refused", "RFC 9110 §15.5.4"),
    "404": Known("no current representation found", "RFC 9110 §15.5.5"),
    "405": Known("the resource does not take this method", "RFC 9110 §15.5.6"),
    "406": Known("no representation that the client accepts", "RFC 9110 §15.5.7"),
    "408": Known("the request did not arrive in time", "RFC 9110 §15.5.9"),
    "409": Known("in conflict with the state of the resource", "RFC 9110 §15.5.10"),
    "410": Known("gone, likely for good", "RFC 9110 §15.5.11"),
    "411": Known("the server wants a Content-Length", "RFC 9110 §15.5.12"),
    "412": Known("a condition in the request is false", "RFC 9110 §15.5.13"),
    "413": Known("the content is larger than the server takes", "RFC 9110 §15.5.14"),
    "414": Known("the target is longer than the server takes", "RFC 9110 §15.5.15"),
    "415": Known("the content is in a format the server does not take", "RFC 9110 §15.5.16"),
    "416": Known("none of the ranges can be served", "RFC 9110 §15.5.17"),
    "417": Known("the expectation in Expect cannot be met", "RFC 9110 §15.5.18"),
    "421": Known("sent to a server that does not answer for this host", "RFC 9110 §15.5.20"),
    "422": Known("well-formed, and cannot be processed", "RFC 9110 §15.5.21"),
    "425": Known("too early: the request could be a replay", "RFC 8470 §5.2"),
    "426": Known("the server wants another protocol", "RFC 9110 §15.5.22"),
    "428": Known("the server wants a conditional request", "RFC 6585 §3"),
    "429": Known("too many requests in too short a time", "RFC 6585 §4"),
    "431": Known("the fields are larger than the server takes", "RFC 6585 §5"),
    "451": Known("withheld for legal reasons", "RFC 7725 §3"),
    "500": Known("the server failed unexpectedly", "RFC 9110 §15.6.1"),
    "501": Known("the server does not have this method", "RFC 9110 §15.6.2"),
    "502": Known("a gateway got an invalid response", "RFC 9110 §15.6.3"),
    "503": Known("overloaded or down for now", "RFC 9110 §15.6.4"),
    "504": Known("a gateway got no response in time", "RFC 9110 §15.6.5"),
    "505": Known("the server does not take this version", "RFC 9110 §15.6.6"),
    "511": Known("the network wants the client to log in first", "RFC 6585 §6"),
}
"""The status codes that are told, by their three digits."""

FIELDS: Mapping[str, Known] = {
    "accept": Known("media types that the client takes", "RFC 9110 §12.5.1"),
    "accept-encoding": Known("content codings that the client takes", "RFC 9110 §12.5.3"),
    "accept-language": Known("languages that the user prefers", "RFC 9110 §12.5.4"),
    "accept-ranges": Known("ranges that the server serves", "RFC 9110 §14.3"),
    "age": Known("seconds since the origin sent or validated it", "RFC 9111 §5.1"),
    "allow": Known("methods that the resource takes", "RFC 9110 §10.2.1"),
    "authorization": Known("credentials of the client", "RFC 9110 §11.6.2"),
    "cache-control": Known("what caches may do", "RFC 9111 §5.2"),
    "connection": Known("options of this connection, not passed on", "RFC 9110 §7.6.1"),
    "content-disposition": Known("show the content, or save it under a name", "RFC 6266 §4"),
    "content-encoding": Known("codings of the content, such as compression", "RFC 9110 §8.4"),
    "content-language": Known("languages of the intended audience", "RFC 9110 §8.5"),
    "content-length": Known("length of the content, in octets", "RFC 9110 §8.6"),
    "content-location": Known("a URI of what the content represents", "RFC 9110 §8.7"),
    "content-range": Known("which part of the whole the content is", "RFC 9110 §14.4"),
    "content-type": Known("media type of the content", "RFC 9110 §8.3"),
    "cookie": Known("cookies that the client has stored", "RFC 6265bis §4.2"),
    "date": Known("when the message was made", "RFC 9110 §6.6.1"),
    "etag": Known("validator of the selected representation", "RFC 9110 §8.8.3"),
    "expect": Known("what the server must support before the content comes", "RFC 9110 §10.1.1"),
    "expires": Known("when the response becomes stale", "RFC 9111 §5.3"),
    "forwarded": Known("what proxies changed on the way", "RFC 7239 §4"),
    "from": Known("mail address of who runs the client", "RFC 9110 §10.1.2"),
    "host": Known("host and port of the target", "RFC 9110 §7.2"),
    "if-match": Known("only if the entity tag is one of these", "RFC 9110 §13.1.1"),
    "if-modified-since": Known("only if changed after this date", "RFC 9110 §13.1.3"),
    "if-none-match": Known("only if the entity tag is none of these", "RFC 9110 §13.1.2"),
    "if-range": Known("the range only if nothing has changed", "RFC 9110 §13.1.5"),
    "if-unmodified-since": Known("only if not changed after this date", "RFC 9110 §13.1.4"),
    "last-modified": Known("when the representation was last changed", "RFC 9110 §8.8.2"),
    "link": Known("related resources", "RFC 8288 §3"),
    "location": Known("where to go, or what was created", "RFC 9110 §10.2.2"),
    "max-forwards": Known("how many times the request may be passed on", "RFC 9110 §7.6.2"),
    "origin": Known("scheme, host and port that caused the request", "RFC 6454 §7"),
    "pragma": Known("old word for caches: no-cache", "RFC 9111 §5.4"),
    "proxy-authenticate": Known("the proxy's challenge", "RFC 9110 §11.7.1"),
    "proxy-authorization": Known("credentials for the proxy", "RFC 9110 §11.7.2"),
    "range": Known("which part is asked for", "RFC 9110 §14.2"),
    "referer": Known("where the target's URI was found", "RFC 9110 §10.1.3"),
    "retry-after": Known("how long to wait", "RFC 9110 §10.2.3"),
    "sec-ch-ua": Known("brand and version of the browser", "WICG UA Client Hints"),
    "sec-ch-ua-mobile": Known("whether the device is a mobile one", "WICG UA Client Hints"),
    "sec-ch-ua-platform": Known("operating system of the client", "WICG UA Client Hints"),
    "sec-fetch-dest": Known("what the response is for, such as a document", "W3C Fetch Metadata §2.1"),
    "sec-fetch-mode": Known("how the browser fetches, such as navigate", "W3C Fetch Metadata §2.2"),
    "sec-fetch-site": Known("how near the requesting site is to the target", "W3C Fetch Metadata §2.3"),
    "sec-fetch-user": Known("the user caused the navigation", "W3C Fetch Metadata §2.4"),
    "server": Known("software of the server", "RFC 9110 §10.2.4"),
    "set-cookie": Known("a cookie for the client to store", "RFC 6265bis §4.1"),
    "strict-transport-security": Known("how long to use HTTPS only", "RFC 6797 §6.1"),
    "te": Known("transfer codings that the client takes", "RFC 9110 §10.1.4"),
    "trailer": Known("fields to come after the content", "RFC 9110 §6.6.2"),
    "transfer-encoding": Known("codings that frame the content on this connection", "RFC 9112 §6.1"),
    "upgrade": Known("protocols to change to", "RFC 9110 §7.8"),
    "upgrade-insecure-requests": Known("prefers HTTPS", "W3C Upgrade Insecure Requests"),
    "user-agent": Known("software of the client", "RFC 9110 §10.1.5"),
    "vary": Known("request fields that selected the representation", "RFC 9110 §12.5.5"),
    "via": Known("proxies and gateways on the way", "RFC 9110 §7.6.3"),
    "www-authenticate": Known("the challenge that credentials answer", "RFC 9110 §11.6.1"),
}
"""The fields that are told, by their names in lowercase."""
