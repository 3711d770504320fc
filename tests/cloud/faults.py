"""A proxy on loopback between a client and an object store, which lets requests fail."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it came in; ``number`` counts from 1."""

    number: int
    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """What happens in place of the store's answer: another one (``status`` with ``body``), the store's own
    cut off after ``cut`` bytes of its body, none at all, as the store was not asked (``drop``) or as its
    answer went astray (``answer_lost``), or its own ``late`` by some seconds;
    ``without``: headers that the store is not told, ``told``: those it is told in their place.
    """

    status: int = 0
    body: bytes = b""
    cut: int | None = None
    drop: bool = False
    answer_lost: bool = False
    late: float = 0.0
    without: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()


Plan = Callable[[Request], Fault | None]


@dataclass
class Proxy:
    """``plan`` is asked about each request; ``seen`` are those that came in, ``most`` how many were under way
    at the same time.
    """

    url: str
    plan: Plan
    seen: list[Request] = field(default_factory=list)
    busy: int = 0
    most: int = 0


def now_and_then(seed: int, share: float = 0.3) -> Plan:
    """Some of the requests fail, in each of the ways, but never the same path more than twice in a row."""
    chance = random.Random(seed)
    in_a_row: dict[tuple[str, str], int] = {}
    lock = threading.Lock()

    def plan(request: Request) -> Fault | None:
        with lock:
            what = (request.method, request.path + request.headers.get("range", ""))
            if chance.random() > share or in_a_row.get(what, 0) >= 2:
                in_a_row[what] = 0
                return None
            in_a_row[what] = in_a_row.get(what, 0) + 1
            return chance.choice(
                [
                    Fault(status=503, body=b"<Error><Code>SlowDown</Code></Error>"),
                    Fault(status=500),
                    Fault(status=429),
                    Fault(cut=chance.randrange(1, 5000)),
                    Fault(drop=True),
                    Fault(late=0.05),
                ]
            )

    return plan


@contextmanager
def faulty(store: str, plan: Plan) -> Iterator[Proxy]:
    """A proxy before the store at that URL, while in the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}", plan)
    parts = urlsplit(store)
    server.context = (proxy, parts.hostname, parts.port, threading.Lock())  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client has gone
            self.close_connection = True

    def _counted(self) -> None:
        proxy, _, _, lock = self.server.context  # type: ignore[attr-defined]
        with lock:
            proxy.busy += 1
            proxy.most = max(proxy.most, proxy.busy)
        try:
            self._answer()
        finally:
            with lock:
                proxy.busy -= 1

    def _answer(self) -> None:
        proxy, host, port, lock = self.server.context  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {k.lower(): v for k, v in self.headers.items()}
        with lock:
            request = Request(len(proxy.seen) + 1, self.command, self.path, headers)
            proxy.seen.append(request)
        fault = proxy.plan(request) or Fault()
        time.sleep(fault.late)
        if fault.drop:
            self._hang_up()
            return
        if fault.status:
            self._send(fault.status, {"content-type": "application/xml"}, fault.body, None)
            return
        upstream = http.client.HTTPConnection(host, port, timeout=60)
        try:
            told = {k: v for k, v in self.headers.items() if k.lower() not in fault.without}
            upstream.request(self.command, self.path, body, told | dict(fault.told))
            answer = upstream.getresponse()
            data = answer.read()
            if fault.answer_lost:
                self._hang_up()
                return
            self._send(answer.status, dict(answer.getheaders()), data, fault.cut)
        finally:
            upstream.close()

    def _send(self, status: int, headers: dict[str, str], data: bytes, cut: int | None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"connection", "content-length", "transfer-encoding"}:
                self.send_header(name, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        if status != 204:
            self.send_header("Content-Length", length or str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut is not None and cut < len(data):
            self.wfile.write(data[:cut])
            self.wfile.flush()
            self._hang_up()
        else:
            self.wfile.write(data)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _counted  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Says nothing."""
