"""What 500 readers of events cost everybody else: the time of reads and of durable writes, without them and with them.

The readers are idle: they listen to a network in which nothing happens, or to everything, and then hear of each write.
"""

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from meshnode.client.client import Client
from tests.bench.report import median, percentile, progress, say
from tests.support.programs import Programs

READERS = 500
ASKED = 400
"""Requests of one kind in one round."""
WRITES = 60
ASK = b"GET /v1/events?changes=false%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def idle_readers(runs: int, compared: bool) -> None:
    """Rounds without readers and with them, one after the other, so that the machine's mood falls on both."""
    del compared
    with Programs() as programs:
        ana = programs.new("ana")
        ana.start()
        client = ana.client
        client.networks.create("quiet")
        record = client.work.log("Landing page", 60)["id"]
        for kind, query in (("elsewhere", b"&network=quiet"), ("everything", b"")):
            progress(f"{READERS} readers of {kind}")
            rounds = [(measured(client, record), beside_readers(client, record, query)) for _ in range(runs)]
            for name in ("read", "write"):
                without, beside = ([took for each in rounds for took in each[side][name]] for side in (0, 1))
                tell(f"events, {name}, readers of {kind}", without, beside)
        ana.stop()


def tell(bench: str, without: list[float], beside: list[float]) -> None:
    """One line: medians and the slowest in a hundred, in milliseconds."""
    say(
        bench,
        readers=READERS,
        without_ms=median(without),
        beside_ms=median(beside),
        times=round(median(beside) / median(without), 2),
        without_p99_ms=percentile(without, 0.99),
        beside_p99_ms=percentile(beside, 0.99),
    )


def beside_readers(client: Client, record: str, query: bytes) -> dict[str, list[float]]:
    """The times while the readers listen."""
    with readers(client.link.address.path, query):
        return measured(client, record)


def measured(client: Client, record: str) -> dict[str, list[float]]:
    """How long requests take, in milliseconds."""
    reads = [milliseconds(lambda: client.work.contribution(record)) for _ in range(ASKED)]
    return {"read": reads, "write": [milliseconds(lambda: client.work.log("Work", 60)) for _ in range(WRITES)]}


def milliseconds(ask: Callable[[], object]) -> float:
    """How long one request takes, in milliseconds."""
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


@contextmanager
def readers(path: str, query: bytes) -> Iterator[None]:
    """So many open streams, whose bytes are taken from the socket and forgotten."""
    with ExitStack() as stack:
        waiting = stack.enter_context(selectors.DefaultSelector())
        for _ in range(READERS):
            reader = stack.enter_context(socket.socket(socket.AF_UNIX))
            reader.connect(path)
            reader.sendall(ASK % query)
            reader.recv(4096)  # it is answered, so it listens
            waiting.register(reader, selectors.EVENT_READ)
        ended = threading.Event()
        thread = threading.Thread(target=drain, args=(waiting, ended), daemon=True)
        thread.start()
        yield
        ended.set()
        thread.join()


def drain(waiting: selectors.BaseSelector, ended: threading.Event) -> None:
    """Take what is sent to the readers."""
    while not ended.is_set():
        for key, _ in waiting.select(0.1):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.recv(65_536)
