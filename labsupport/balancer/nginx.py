"""nginx as a balancer: its configuration for each policy."""

from __future__ import annotations

from collections.abc import Mapping

from labsupport.balancer import limits
from labsupport.balancer.started import Place, Program
from labsupport.balancer.targets import Targets
from labsupport.records import Endpoint

_COMMAND = ("nginx", "-p", ".", "-e", "stderr", "-c", "nginx.conf")

_CONFIGURATION = """\
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path client_body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    underscores_in_headers on; ignore_invalid_headers off; large_client_header_buffers 8 64k;
    client_max_body_size 256m; keepalive_timeout 1h; keepalive_requests 1000000000;
    default_type "text/plain; charset=utf-8";

    map "$upstream_addr $upstream_header_time" $replica {{
        # The last address that was tried, if a header section came from it.
{answered_by}
    }}
{policy}
    server {{
        listen {place.address};
        location = {place.ready} {{ return 204; }}
        location / {{
            proxy_pass http://{upstream};
            proxy_http_version 1.1; proxy_buffering off; proxy_redirect off;
            proxy_connect_timeout {connect}; proxy_send_timeout {silence}; proxy_read_timeout {silence};
            proxy_next_upstream error;
            proxy_buffer_size 64k; proxy_buffers 8 64k;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header Connection ""; proxy_set_header Proxy-Connection ""; proxy_set_header Trailer "";
            proxy_pass_header Date; proxy_pass_header Server; proxy_pass_header X-Accel-Expires;
            proxy_pass_header X-Accel-Redirect; proxy_pass_header X-Accel-Limit-Rate;
            proxy_pass_header X-Accel-Buffering; proxy_pass_header X-Accel-Charset;
            proxy_ignore_headers X-Accel-Expires X-Accel-Redirect X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;
            proxy_hide_header Proxy-Connection; proxy_hide_header TE; proxy_hide_header Trailer;
            proxy_hide_header Upgrade; proxy_hide_header X-Replica;
            add_header X-Replica $replica always;
{sticky}
        }}
        error_page 502 @nobody; error_page 504 @late;
        location @nobody {{ return 502 "502 Bad Gateway\\n"; }}
        location @late {{ return 504 "504 Gateway Timeout\\n"; }}
    }}
}}
"""

_STICKY = """\
    map $cookie_route $home {{
        default replicas;
{homes}
    }}
    map $http_cookie $cookie_of_app {{
        default $http_cookie;
        "~^\\s*route=[^;]*(;\\s*(?<cookies_after>.*))?$" $cookies_after;
        "~^(?<cookies_before>.*?)\\s*;\\s*route=[^;]*(?<cookies_behind>.*)$" $cookies_before$cookies_behind;
    }}
    map "$cookie_route>$replica" $new_route {{
        "~^(?<here>[^>]+)>(?P=here)$" "";
        "~>(?<there>.+)$" "route=$there; Path=/; HttpOnly";
    }}"""

_STICKY_FIELDS = """\
            proxy_set_header Cookie $cookie_of_app;
            add_header Set-Cookie $new_route always;"""


def program(targets: Targets, policy: str) -> Program:
    """nginx before these replicas."""

    def files(place: Place) -> Mapping[str, str]:
        return {"nginx.conf": configuration(targets, policy, place)}

    return Program(_COMMAND, files)


def configuration(targets: Targets, policy: str, place: Place) -> str:
    """The text of `nginx.conf`."""
    sticky = policy == "sticky"
    groups = [_group("replicas", targets, "ip_hash;" if policy == "by address" else "")]
    if sticky:
        homes = "\n".join(f"        {name} home_{name};" for name in targets.names)
        groups += [*(_home(name, targets) for name in targets.names), _STICKY.format(homes=homes)]
    return _CONFIGURATION.format(
        answered_by="\n".join(f"        {_seen(address)} {name};" for name, address in targets.addresses.items()),
        policy="\n".join(groups),
        upstream="$home" if sticky else "replicas",
        sticky=_STICKY_FIELDS if sticky else "",
        place=place,
        connect=f"{limits.CONNECT * 1000:.0f}ms",
        silence=f"{limits.SILENCE * 1000:.0f}ms",
    )


def _group(name: str, targets: Targets, method: str) -> str:
    return _upstream(name, method, [_server(address) for address in targets.addresses.values()])


def _home(name: str, targets: Targets) -> str:
    """One replica, and the others for when it is down."""
    others = [f"{_server(address)} backup" for other, address in targets.addresses.items() if other != name]
    return _upstream(f"home_{name}", "", [_server(targets.addresses[name]), *others])


def _upstream(name: str, method: str, servers: list[str]) -> str:
    lines = [*filter(None, [method]), *(f"{server};" for server in servers), "keepalive 64;"]
    return "\n".join([f"    upstream {name} {{", *(f"        {line}" for line in lines), "    }"])


def _server(address: Endpoint) -> str:
    return f"server {address} max_fails=1 fail_timeout={limits.LEFT_OUT}s"


def _seen(address: Endpoint) -> str:
    """A pattern for a request that was answered by this address, others having been tried before."""
    pattern = str(address).replace(".", r"\.")
    return rf'"~(^|[ ,]){pattern} (.*[ ,])?[0-9.]+$"'
