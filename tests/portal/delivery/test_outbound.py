"""No address that somebody enters leads into the network behind Concord."""

import socket
import time
from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from portal.delivery import outbound
from portal.delivery.errors import Unreachable
from tests.portal.delivery.receiver import dripping, receiver

FORBIDDEN = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "192.0.0.1", "192.0.2.7", "192.88.99.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1", "5f00::1",
)  # fmt: skip
#: What the system's resolver takes for an address of this host.
ODD_NAMES = ("2130706433", "0x7f.1", "017700000001", "127.1", "localhost", "0")


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Let a name lead to addresses; the list counts how often it was asked."""

    def set_up(*answers: str) -> list[int]:
        asked: list[int] = []

        def look_up(host: str, port: int, *args: object, **kwargs: object) -> list:
            asked.append(1)
            return [
                (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
                for ip in answers
            ]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return set_up


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Write down every connection that is tried, and let none through."""
    tried: list[tuple] = []

    def connect(self: socket.socket, address: tuple) -> None:
        tried.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.mark.parametrize("ip", FORBIDDEN)
def test_name_that_leads_inside_is_not_connected_to(
    ip: str, resolves: Callable[..., list[int]], connected: list[tuple]
) -> None:
    resolves(ip)
    with pytest.raises(outbound.Forbidden):
        outbound.post("https://hook.example.com/", b"{}", {})
    resolves("93.184.216.34", ip)
    with pytest.raises(outbound.Forbidden):
        outbound.post("https://hook.example.com/", b"{}", {})
    assert connected == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_spelling_of_this_host_is_not_connected_to(name: str, connected: list[tuple]) -> None:
    with pytest.raises((outbound.Forbidden, Unreachable)):
        outbound.post(f"https://{name}/", b"{}", {})
    assert connected == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "https://", "https:///x",
        "//example.com", "https://user:secret@example.com/", "https://example.com@127.0.0.1/", "https://example.com:port/",
        "https://[::1/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused_as_it_is_entered(url: str) -> None:
    with pytest.raises(outbound.Forbidden):
        outbound.checked(url)


def test_http_is_for_trying_out_and_inner_targets_only(
    settings: Settings, resolves: Callable[..., list[int]]
) -> None:
    settings.IS_TRYOUT = False
    resolves("93.184.216.34")
    with pytest.raises(outbound.Forbidden, match="Only https"):
        outbound.look_up("http://hook.example.com/")
    assert outbound.look_up("https://hook.example.com/").ip == "93.184.216.34"


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1::1"])
def test_connection_goes_to_the_address_that_was_checked(
    ip: str, resolves: Callable[..., list[int]], connected: list[tuple]
) -> None:
    asked = resolves(ip)
    with pytest.raises(Unreachable):
        outbound.post("https://hook.example.com/in?x=1", b"{}", {})
    assert {address[0] for address in connected} == {ip}
    # Once by us for the name; the connection asks for the number, which no name server answers.
    assert len(asked) <= 2


def test_inner_target_is_reached_when_operations_allowed_its_network(settings: Settings) -> None:
    with receiver() as told:
        with pytest.raises(outbound.Forbidden):
            outbound.post(told.url, b"{}", {})
        settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
        assert outbound.post(told.url, b"{}", {"Content-Type": "application/json"}).is_taken
    assert len(told.got) == 1


def test_control_the_list_is_what_holds_the_door(
    settings: Settings, resolves: Callable[..., list[int]], connected: list[tuple]
) -> None:
    settings.OUTBOUND_INTERNAL_NETWORKS = ["0.0.0.0/0", "::/0"]
    resolves("169.254.169.254")
    with pytest.raises(Unreachable):
        outbound.post("https://hook.example.com/", b"{}", {})
    assert connected


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n"])
def test_receiver_that_drips_holds_nobody_for_longer_than_the_limit(
    start: bytes, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(outbound, "LONGEST", 0.5)
    with dripping(start) as url:
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"within 0\.5 seconds"):
            outbound.post(url, b"{}", {})
        assert 0.4 < time.monotonic() - began < 3


def test_control_waiting_for_the_next_byte_alone_would_let_it_drip(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(outbound, "LONGEST", 60.0)
    monkeypatch.setattr(outbound, "WAITING", 0.5)
    with dripping(b"", bytes_at_most=30) as url:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="Connection"):
            outbound.post(url, b"{}", {})
        assert time.monotonic() - began > 1


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ("https://hooks.example.com", "https://hooks.example.com/"),
        ("https://Hooks.Example.com:443/a?b=c", "https://hooks.example.com/a?b=c"),
        ("https://bücher.example:8443/ü", "https://xn--bcher-kva.example:8443/%C3%BC"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
    ],
)
def test_address_is_kept_in_ascii(entered: str, kept: str) -> None:
    assert outbound.checked(entered) == kept
    assert outbound.checked(kept) == kept


@pytest.mark.parametrize(
    "host",
    [
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "ⓛocalhost",
        "localhoſt",
        "ｅxample.com",
        "１６９.254.169.254",
    ],
)
def test_name_in_disguise_is_refused_as_it_is_entered_and_as_it_is_posted_to(
    host: str, connected: list[tuple]
) -> None:
    with pytest.raises(outbound.Forbidden, match="plain letters"):
        outbound.checked(f"https://{host}/")
    with pytest.raises(outbound.Forbidden):
        outbound.post(f"https://{host}/", b"{}", {})
    assert connected == []


@pytest.mark.parametrize(
    "host", ["a\u200b.example", "-ü.example", "ü..example", "a\u2024\u2024b.example", "xn--ü.example"]
)
def test_name_that_no_registry_gives_out_is_refused(host: str) -> None:
    with pytest.raises(outbound.Forbidden):
        outbound.checked(f"https://{host}/")


def test_name_is_looked_up_and_asked_for_in_ascii(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look_up(host: str, port: int, *args: object, **kwargs: object) -> list:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
    with receiver() as told:
        port = told.url.split(":")[2]
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert outbound.post(f"http://bücher.example:{port}", b"{}", {}).is_taken
    assert asked[0] == "xn--bcher-kva.example"
    assert told.got[0][0]["host"].startswith("xn--bcher-kva.example:")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]"])
def test_number_outside_the_public_network_is_refused_when_it_is_entered(host: str) -> None:
    with pytest.raises(outbound.Forbidden, match="no address on the public network"):
        outbound.checked(f"https://{host}/hook")
