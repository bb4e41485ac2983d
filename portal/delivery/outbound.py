"""Post to an address that somebody entered, without becoming a way into the network behind Concord."""

import http.client
import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import idna
import urllib3
from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection

from portal.delivery.errors import Rejected, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Seconds to connect, to wait for the next byte, and for everything once connected: a receiver that sends
#: a byte now and then would hold the sender for ever otherwise.
CONNECTING, WAITING, LONGEST = 3.0, 5.0, 10.0
#: Enough for the first words of an error.
MOST_READ = 2_000
USUAL_PORTS = {"http": 80, "https": 443}

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


def post(url: str, body: bytes, headers: Mapping[str, str], *, within: float | None = None) -> Answer:
    """Post once, following no redirect; raises Forbidden, Unreachable.

    `within` is for somebody who waits: that many seconds to connect, and as many for the rest.
    """
    place = look_up(url)
    named = {**headers, "Host": _authority(place.scheme, place.host, place.port), "User-Agent": "Concord"}
    connection = _connection(place)
    if within is not None:
        connection.timeout = min(within, CONNECTING)
    try:
        connection.connect()
        connection.timeout = WAITING
        with _at_most(within or LONGEST, connection.sock):
            connection.request(
                "POST", place.path, body=body, headers=named, preload_content=False, decode_content=False
            )
            answer = connection.getresponse()
            text = answer.read1(MOST_READ) if answer.status >= 300 else b""
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    return Answer(answer.status, text.decode(errors="replace"))


@contextmanager
def _at_most(seconds: float, sock: socket.socket) -> Iterator[None]:
    """End whatever goes on over a connection when the time is up; then raise Unreachable."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        # Of the plain socket, as one with TLS would wait for the other side's farewell.
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        if is_over.is_set():
            raise Unreachable(f"No whole answer within {seconds:g} seconds.") from error
        raise
    finally:
        timer.cancel()


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
    _check_network(ips, host)
    if scheme == "http" and not (settings.IS_TRYOUT or _is_internal(ips[0])):
        raise Forbidden(_("Only https is posted to."))
    return Place(scheme, host, port, path, str(ips[0]))


def checked(url: str) -> str:
    """Return an address as it is kept, its name in ASCII; raises Forbidden for what could never be posted to.

    Where its name leads is looked at with every post: it may change. A number leads nowhere else.
    """
    scheme, host, port, path = _parts(url)
    with suppress(ValueError):
        _check_network([ipaddress.ip_address(host)], host)
    if scheme == "http" and not (settings.IS_TRYOUT or settings.OUTBOUND_INTERNAL_NETWORKS):
        raise Forbidden(_("Only https is posted to."))
    return urlunsplit((scheme, _authority(scheme, host, port), path, "", ""))


def _check_network(ips: list[Address], host: str) -> None:
    if not ips or not all(_is_internal(ip) or is_public(ip) for ip in ips):
        raise Forbidden(_("%(host)s is no address on the public network.") % {"host": host})


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
    path = iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return parts.scheme, _ascii(parts.hostname), port or USUAL_PORTS[parts.scheme], path


def _ascii(host: str) -> str:
    """Return a host's name as it is looked up: foreign letters as A-labels; raises Forbidden.

    A name that is all ASCII once its letters are made plain (`ｌocalhost`, `１２７.0.0.1`) is a disguise.
    """
    if host.isascii():
        return host
    try:
        plain = idna.encode(host, uts46=True, std3_rules=True).decode()
    except idna.IDNAError as error:
        raise Forbidden(_("%(host)s is no name of a host.") % {"host": host}) from error
    if "xn--" not in plain:
        raise Forbidden(_("Write the name in plain letters: %(host)s.") % {"host": plain})
    return plain


def _connection(place: Place) -> HTTPConnection:
    """Return a connection to the address that was checked, known by the name that was asked for."""
    if place.scheme == "http":
        return HTTPConnection(place.ip, place.port, timeout=CONNECTING)
    return HTTPSConnection(
        place.ip,
        place.port,
        timeout=CONNECTING,
        server_hostname=place.host,
        assert_hostname=place.host,
        cert_reqs="CERT_REQUIRED",
    )


def _authority(scheme: str, host: str, port: int) -> str:
    named = f"[{host}]" if ":" in host else host
    return named if port == USUAL_PORTS[scheme] else f"{named}:{port}"
