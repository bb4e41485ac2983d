"""Another system on the loopback: takes what is posted and answers as it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What came in, and what is answered to the next requests; 204 when nothing is said."""

    url: str = ""
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.got]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on a free port until the test is over."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(told.answers.pop(0) if told.answers else 204)
            if told.location:
                self.send_header("Location", told.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def dripping(start: bytes, *, bytes_at_most: int = 10_000) -> Iterator[str]:
    """Answer `start` at once and then a byte every twentieth of a second, until the other side has gone."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(10)
    is_over = threading.Event()

    def drip() -> None:
        connection, _address = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(start)
            for _byte in range(bytes_at_most):
                if is_over.wait(0.05):
                    break
                connection.sendall(b"1")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    is_over.set()
    thread.join(5)
    listening.close()
