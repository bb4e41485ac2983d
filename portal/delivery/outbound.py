"""Post to an address that somebody entered, without becoming a way into the network behind Concord."""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.util import Timeout

from portal.delivery.errors import Rejected, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LIMITS = Timeout(connect=3, read=5)
#: Enough for the first words of an error.
MOST_READ = 2_000

#: Where no receiver of ours lives: this host, its networks, its cloud, groups, examples, the future. Our own
#: list, as `ip.is_global` lets multicast and the NAT64 form of a private address pass.
DENIED_V4 = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
#: Of IPv6 only what is given out to networks; that leaves out ::1, v4-mapped, 64:ff9b::/96, 64:ff9b:1::/48,
#: fc00::/7, fe80::/10 and ff00::/8. Taken out again: Teredo and other protocols, 6to4, examples.
GIVEN_OUT_V6 = ipaddress.ip_network("2000::/3")
DENIED_V6 = tuple(
    ipaddress.ip_network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class Forbidden(Rejected):
    """The address leads where Concord does not post; `reason` is a sentence for whoever entered it."""


@dataclass(frozen=True)
class Place:
    """An address taken apart and looked up once: the connection goes to `ip`, whatever is said later."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


@dataclass(frozen=True)
class Answer:
    """What the receiver said: the status and the first words."""

    status: int
    text: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post once, following no redirect; raises Forbidden, Unreachable."""
    place = look_up(url)
    named = {**headers, "Host": _host_header(place), "User-Agent": "Concord"}
    try:
        with _pool(place) as pool:
            answer = pool.urlopen(
                "POST", place.path, body=body, headers=named, redirect=False, retries=False,
                timeout=LIMITS, preload_content=False, decode_content=False,
            )  # fmt: skip
            text = answer.read1(MOST_READ) if answer.status >= 300 else b""
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    return Answer(answer.status, text.decode(errors="replace"))


def look_up(url: str) -> Place:
    """Take an address apart and resolve its name, once; raises Forbidden, Unreachable.

    All its addresses must be allowed: of a name with a good and a bad one, nobody knows which is meant.
    """
    scheme, host, port, path = _parts(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {host} is not known: {error}") from error
    ips = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not ips or not all(_is_internal(ip) or is_public(ip) for ip in ips):
        raise Forbidden(_("%(host)s is no address on the public network.") % {"host": host})
    if scheme == "http" and not (settings.IS_TRYOUT or _is_internal(ips[0])):
        raise Forbidden(_("Only https is posted to."))
    return Place(scheme, host, port, path, str(ips[0]))


def check(url: str) -> None:
    """Refuse an address that could never be posted to, as it is entered; raises Forbidden.

    Where its name leads is looked at with every post: it may change.
    """
    scheme = _parts(url)[0]
    if scheme == "http" and not (settings.IS_TRYOUT or settings.OUTBOUND_INTERNAL_NETWORKS):
        raise Forbidden(_("Only https is posted to."))


def is_public(ip: Address) -> bool:
    """Tell whether an address belongs to the public network."""
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in DENIED_V4)
    return ip in GIVEN_OUT_V6 and not any(ip in net for net in DENIED_V6)


def _is_internal(ip: Address) -> bool:
    """Tell whether operations allowed an address of the own network by the settings."""
    return any(ip in ipaddress.ip_network(net) for net in settings.OUTBOUND_INTERNAL_NETWORKS)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(_("This is no address.")) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Forbidden(_("The address begins with https:// and names a host."))
    if parts.username or parts.password:
        raise Forbidden(_("The address carries no name or password."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}[parts.scheme], path


def _pool(place: Place) -> urllib3.HTTPConnectionPool:
    """Return a connection to the address that was checked, known by the name that was asked for."""
    if place.scheme == "http":
        return urllib3.HTTPConnectionPool(place.ip, place.port)
    return urllib3.HTTPSConnectionPool(
        place.ip,
        place.port,
        server_hostname=place.host,
        assert_hostname=place.host,
        cert_reqs="CERT_REQUIRED",
    )


def _host_header(place: Place) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = {"http": 80, "https": 443}[place.scheme]
    return host if place.port == usual else f"{host}:{place.port}"
