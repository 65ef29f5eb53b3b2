"""Events of a node, one after the other, over as many connections as it takes."""

import time
from types import TracebackType
from typing import Self

from meshnode.client.connection import refused, request_of
from meshnode.client.errors import BadAnswer, ClientError
from meshnode.client.http import Incoming
from meshnode.client.listening import SILENCE, Event, Listening
from meshnode.client.transport import Address, Wire


class Events:
    """An iterator that waits for what happens next, and never ends by itself.

    A connection that breaks is made anew and goes on where it was: every arrival comes at least once, in order, but no
    change that was made meanwhile. Raises the errors of `meshnode.client.errors` for a node that is not there to begin
    with, or that refuses.
    """

    def __init__(self, address: Address, listening: Listening) -> None:
        self._address, self._listening = address, listening
        self._wire: Wire | None = None
        self._incoming = Incoming()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        while (event := self._listening.next()) is None:
            try:
                self._receive()
            except ClientError as error:
                time.sleep(self._listening.broke(error))
        return event

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def place(self) -> int | None:
        """The arrival up to which everything was told: what to go on after."""
        return self._listening.place

    def close(self) -> None:
        """Hang up; the next event would come over a new connection."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _receive(self) -> None:
        try:
            self._listening.take(self._next_chunk())
        except BaseException:
            self.close()  # in the middle of something, whatever it was: what comes next would not make sense
            raise

    def _next_chunk(self) -> bytes:
        if self._wire is None:
            self._wire, self._incoming = Wire(self._address, SILENCE), Incoming()
            self._wire.send(request_of(self._listening.call(), self._address, "text/event-stream"))
            status, headers = self._wire.run(self._incoming.head())
            if status != 200:
                raise refused(status, self._wire.run(self._incoming.body(status, headers)))
        self._wire.allow(SILENCE)
        received = self._wire.run(self._incoming.chunk())
        if not received:
            raise BadAnswer("the stream has ended")
        return received
