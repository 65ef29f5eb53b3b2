"""What must hold at every step of a simulation, and what must hold at its end."""

from collections.abc import Iterable
from dataclasses import replace

from meshnode.core.effects import Answer, Effect, Send, Written
from meshnode.core.flight import log_now
from meshnode.core.gauges import gauges
from meshnode.core.ports import Batch
from meshnode.core.rows import WaitEntry
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Status
from meshproto.fold.state import digests
from meshproto.records.ids import LogId, ScopeId
from meshproto.records.log import check_run
from meshproto.records.record import Record, read_header
from meshproto.wire.messages import Have, Headers, Held, Privates
from tests.simulation.world import Host, World

RUN_RECORDS, RUN_BYTES = 512, 1 << 20


class Broken(AssertionError):
    """Something that must hold did not."""


class WatchedWorld(World):
    """A world that looks at every step."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        super().__init__(seed, quiet=quiet)
        self.steps = 0
        self.forkers: dict[str, None] = {}
        self._signed: dict[tuple[bytes, int], bytes] = {}

    def watch(self, host: Host, effect: Effect) -> None:
        """Nothing is said before it is on disk, and every table stays within its bound."""
        self.steps += 1
        match effect:
            case Send(_, Headers(headers, _, _)):
                self._must_hold(host, [read_header(each).id for each in headers], "a run")
            case Send(_, Have(tips) | Held(tips)):
                self._must_hold(host, [tip.id for tip in tips], "tips")
            case Send(_, Privates(parts, _, _)):
                for record, raw in parts:
                    if host.ledger.private(record) != raw:
                        raise Broken(f"{host.name} sends a private part that is not on disk")
            case Answer(_, Written(ids)):
                self._must_hold(host, ids, "an answer")
        if self.steps % 16 == 0 and host.node is not None:
            for gauge in gauges(host.node.parts):
                if gauge.filled > gauge.limit:
                    raise Broken(f"{host.name}: {gauge}")
            for now in host.node.parts.ground.flight.at_hand:
                if log_now(host.ledger.log(now.log)) != replace(now, batch=0):  # type: ignore[arg-type]  # it is stored
                    raise Broken(f"{host.name} remembers {now} otherwise than it is on disk")

    def watch_commit(self, host: Host, batches: list[Batch]) -> None:
        """Logs have no gaps, and no honest author signs two records of one number."""
        for batch in batches:
            for run in batch.runs:
                for record in run.records:
                    if record.prev and not host.ledger.has(record.prev):
                        raise Broken(f"{host.name} stores {record} without what it continues")
                    if record.key == host.identity.key.public and host.name not in self.forkers:
                        other = self._signed.setdefault((record.log, record.seq), record.id)
                        if other != record.id:
                            raise Broken(f"{host.name} forks at {record}")

    def forget_lost(self, host: Host) -> None:
        """What a restored machine lost and nobody else holds was never signed, as far as anyone can tell."""
        own = host.identity.key.public
        held = {
            record.id
            for each in self.hosts.values()
            for head in each.ledger.logs()
            if head.key == own
            for record in records_of(each, head.log)
        }
        self._signed = {place: record for place, record in self._signed.items() if record in held or not own}

    def _must_hold(self, host: Host, ids: Iterable[bytes], what: str) -> None:
        for each in ids:
            if not host.ledger.has(each):
                raise Broken(f"{host.name} sends {what} before it is on disk")


def check_store(host: Host) -> None:
    """Every stored record is chained and signed, and no log has a gap."""
    for head in host.ledger.logs():
        for tip in head.tips:
            seq = 0
            while seq < tip.seq:
                stored = host.ledger.run_after(head.log, tip.lane, seq, RUN_RECORDS, RUN_BYTES)
                if stored is None:
                    raise Broken(f"{host.name}: gap after {seq}")
                run = check_run(stored.headers, stored.signature)
                if run.records[0].seq != seq + 1:
                    raise Broken(f"{host.name}: {run.records[0]} follows {seq}")
                seq = run.records[-1].seq


def check_waits(host: Host) -> None:
    """No record waits for one that is here."""
    for row in host.ledger.rows(WaitEntry):
        if row.on != row.record and host.ledger.has(row.on):
            raise Broken(f"{host.name}: {row.record.hex()[:8]} waits for {row.on.hex()[:8]} which is here")


def check_standings(host: Host, agents: Iterable[bytes]) -> None:
    """What honest people write is never invalid: their nodes named what they had to, and nothing they must not."""
    _, fold = _folded(host)
    for record in (record for head in host.ledger.logs() for record in records_of(host, head.log)):
        standing = fold.standing(record.id)
        if record.agent in agents and standing is not None and standing.status is Status.INVALID:
            raise Broken(f"{host.name}: {record} of an honest author is {standing}")


def ledger_of(host: Host, scope: ScopeId) -> list[tuple[LogId, tuple[bytes, ...]]]:
    """All logs of a network and of the streams that stand in it, with their tips."""
    return sorted((log, tuple(tips)) for log, tips in host.ledger.logs_standing_in(scope))


def parts_of(host: Host, scope: ScopeId) -> list[tuple[bytes, str]]:
    """What became of every private part in a network: held, erased or missing."""
    found = []
    for log, _ in host.ledger.logs_standing_in(scope):
        for record in records_of(host, log):
            if record.private is not None:
                state = "erased" if host.ledger.erased(record.id) else "missing"
                found.append((record.id, "held" if host.ledger.private(record.id) is not None else state))
    return sorted(found)


def digest_of(host: Host, scope: ScopeId) -> bytes:
    """The state of a network, folded from nothing in the order of arrival."""
    memory, _ = _folded(host)
    return digests(memory).get(scope, b"")


def _folded(host: Host) -> tuple[DictMemory, Fold]:
    memory, arrival = DictMemory(), 0
    fold = Fold(memory)
    while rows := host.ledger.records_after(arrival, 1_000):
        for _, record in rows:
            fold.add(record)
        arrival = rows[-1][0]
    return memory, fold


def records_of(host: Host, log: LogId) -> list[Record]:
    """All stored records of a log, on every branch."""
    head = host.ledger.log(log)
    seen = {}
    for tip in head.tips if head else ():
        for seq in range(1, tip.seq + 1):
            record = host.ledger.record(host.ledger.id_at(log, tip.lane, seq) or b"")
            if record is not None:
                seen[record.id] = record
    return list(seen.values())
