"""What happens in the demonstration, scene by scene. Every claim is checked before the next line is printed."""

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from meshnode.api.site import OptionValue
from meshnode.app.demo.forger import Forger, forge
from meshnode.app.demo.history import find_history
from meshnode.app.demo.money import Told, business
from meshnode.app.demo.narrator import Narrator, comes_true
from meshnode.app.demo.seat import Seat
from meshnode.app.demo.stage import Person, Stage
from meshnode.app.demo.studio import NETWORK, Studio
from meshnode.app.exchange import NodeExchange
from meshnode.core.effects import Synced
from meshnode.core.events import SyncNow
from meshnode.exchange.git_process import look_at
from meshnode.runtime.answers.contributed import Wanted, contributions
from meshnode.runtime.lines import reach
from meshnode.runtime.lines.invitations import read_invitation, write_invitation
from meshnode.runtime.requests import amounts, erasures, networks, people
from meshnode.runtime.requests.work import Work, log
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.state import digests
from meshproto.records.ids import AgentId, RecordId, ScopeId, log_id
from meshproto.records.log import check_run
from meshproto.records.reasons import Refused
from meshproto.wire.breaches import Breach

SYNC_SECONDS = 120.0
INVITED_SECONDS = 3_600
"""How long an invitation holds."""
BIO = "I design for people who make things, by the harbour."
"""What Ana says of herself."""
WEEKS = 26
"""How far back the story begins."""


class Mesh(NamedTuple):
    """Who takes part, and the network they share."""

    everybody: tuple[Person, ...]
    scope: ScopeId

    def seats(self) -> dict[str, Seat]:
        """Where they sit."""
        return {person.name: person.seat for person in self.everybody}


async def play(stage: Stage, say: Narrator, history: Path | None) -> tuple[Mesh, Told]:
    """Play all scenes. Raises ClaimFailed at the first claim that does not hold."""
    stage.turn(WEEKS * 7)
    ana, ben, scope = await _found(stage, say)
    acme = await _relay(ana, ben, scope, stage, say)
    mesh = await _gather((ana, ben, acme), scope, stage, say)
    studio = Studio(mesh.seats(), stage.turn, WEEKS)
    told = await business(studio, say)
    say.claim("all five compute the same state", await comes_true(lambda: _agree(mesh)))
    await _erase(mesh, say)
    stage.turn(0)
    await _import(mesh, stage, say, history)
    await _divide(mesh, stage, say)
    await _forge(mesh, stage, say)
    return mesh, told


async def _found(stage: Stage, say: Narrator) -> tuple[Person, Person, ScopeId]:
    say.scene(f"{WEEKS} weeks ago: Ana founds a network, and Ben joins it with one pasted line")
    ana, ben = await stage.enter("Ana"), await stage.enter("Ben")
    await people.set_profile(ana.node.office, {"bio": BIO, "skills": ["design"], "languages": ["en", "es"]})
    scope = await networks.found(ana.node.office, networks.Charter(NETWORK))
    await _join(ben, ana, scope, say)
    await _appoint(ana, ben, scope, say)
    for hours, title in enumerate(("First sketches", "A name for the studio", "Offer to Acme"), 1):
        await _work(ana, title, hours)
    return ana, ben, scope


async def _join(person: Person, member: Person, scope: ScopeId, say: Narrator) -> None:
    line = reach.write_line(scope, member.node.node.listening)
    say.tell(f"{person.name.lower()}$ meshnode network join {line[:24]}…{line[-12:]}")
    joined = await people.join(person.node.office, people.read_line(line), SYNC_SECONDS)
    await person.node.office.projector.caught_up()
    standing = person.node.office.lookups.standing_in(person.node.node.me, scope)
    is_member = joined and standing is not None and standing.standing == "active"
    say.claim(f"{person.name} joined through {member.name}, over libp2p with Noise", is_member)


async def _appoint(founder: Person, steward: Person, scope: ScopeId, say: Narrator) -> None:
    """Let somebody invite others, too."""
    office, who = steward.node.office, steward.node.node.me
    await networks.appoint(founder.node.office, scope, who, "steward", delegate=False, rows=())

    async def offered() -> bool:
        return "invited" in [row.standing for row in networks.roles_of(office, scope, who)]

    await comes_true(offered)
    await networks.accept(office, scope)

    async def stands() -> bool:
        return _roles(founder, steward, scope) == {"core", "steward"}

    say.claim(f"{steward.name} is a steward now, and may invite others", await comes_true(stands))


async def _invite(client: Person, host: Person, scope: ScopeId, say: Narrator) -> None:
    """Let a client in by an invitation: whoever joins by the line of an open network stands in its core."""
    say.tell(f'{host.name.lower()}$ meshnode network invite "{NETWORK}" --role client')
    line = write_invitation((await networks.invite(host.node.office, scope, "client", 1, INVITED_SECONDS)).line)
    say.tell(f"{client.name.lower()}$ meshnode network join {line[:24]}…{line[-12:]}")
    entered = await networks.enter(client.node.office, read_invitation(line), SYNC_SECONDS)
    await client.node.office.projector.caught_up()
    is_client = entered == scope and _roles(client, client, scope) == {"client"}
    say.claim(f"{client.name} joined through {host.name}, as a client", is_client)


def _roles(seen_by: Person, person: Person, scope: ScopeId) -> set[str]:
    """What somebody is in a network, as somebody's node knows it."""
    rows = networks.roles_of(seen_by.node.office, scope, person.node.node.me)
    return {row.role for row in rows if row.standing == "active"}


async def _import(mesh: Mesh, stage: Stage, say: Narrator, given: Path | None) -> None:
    ana, ben = mesh.everybody[:2]
    say.scene("Ana imports a real git history")
    history = find_history(stage.folder, given)
    if not history.own:
        say.tell("no git repository is at hand, so a small one was made")
    await look_at(history.path)
    exchange, before = NodeExchange(ana.node), _count(ana, mesh.scope)
    options: dict[str, OptionValue] = {"email": [history.email], "network": NETWORK}
    answer = await exchange.take_in("git", history.path, options, False)
    say.claim(
        f"{answer.written} commits of {history.email} in {history.path.name} became signed contributions",
        answer.written > 0 and _count(ana, mesh.scope) == before + answer.written,
    )
    again = await exchange.take_in("git", history.path, options, False)
    say.claim(f"importing once more adds nothing: {again.already} are known already", again.written == 0)
    records = _records(ana, mesh.scope)

    async def arrived() -> bool:
        return _records(ben, mesh.scope) == records

    say.claim(
        f"Ben's node holds all {len(records)} records of the network, checked and flushed", await comes_true(arrived)
    )


async def _relay(ana: Person, ben: Person, scope: ScopeId, stage: Stage, say: Narrator) -> Person:
    say.scene("Acme gets Ana's records from Ben: Ana and Acme are never online together")
    expected = _own(ana, scope)

    async def passed_on() -> bool:
        # With their texts, and her name: once her node is stopped, Ben's alone can pass them on.
        return expected <= _records(ben, scope) and _reads_all(ben, ana.node.node.me, expected)

    say.claim(f"Ben's node holds all {len(expected)} records of Ana's log", await comes_true(passed_on))
    await stage.leave(ana)
    say.tell("Ana's node is stopped")
    acme = await stage.enter("Acme")
    await _invite(acme, ben, scope, say)

    async def arrived() -> bool:
        return expected <= _records(acme, scope)

    say.claim("all of them came to Acme by way of Ben", await comes_true(arrived))
    say.claim("Acme checked Ana's signature on every one of them", all(_is_signed(acme, each) for each in expected))

    async def read() -> bool:
        newest = contributions(acme.node.office.lookups, Wanted(scope=scope), None, 1)
        return bool(newest and newest[0].title and acme.node.office.lookups.name(newest[0].agent))

    await comes_true(read)  # Texts and names come after the records that they belong to.
    newest = contributions(acme.node.office.lookups, Wanted(scope=scope), None, 1)[0]
    writer = acme.node.office.lookups.name(newest.agent)
    say.claim(f"Acme reads who wrote them: “{newest.title[:48]}” · {writer}", writer == "Ana" and newest.title != "")
    return acme


async def _gather(first: tuple[Person, Person, Person], scope: ScopeId, stage: Stage, say: Narrator) -> Mesh:
    say.scene("Ana comes back; Cleo and Nordlys join: five nodes")
    ana, ben, acme = first
    await stage.start(ana)
    cleo, nordlys = await stage.enter("Cleo"), await stage.enter("Nordlys")
    await _join(cleo, acme, scope, say)
    await _invite(nordlys, ana, scope, say)
    mesh = Mesh((ana, ben, cleo, acme, nordlys), scope)
    await _sync(mesh)
    say.claim("all five hold the same records and compute the same state", await comes_true(lambda: _agree(mesh)))

    async def known() -> bool:
        return all(one.node.office.lookups.name(each.node.node.me) for one in mesh.everybody for each in mesh.everybody)

    say.claim("and know each other by name", await comes_true(known))
    return mesh


async def _divide(mesh: Mesh, stage: Stage, say: Narrator) -> None:
    say.scene("The mesh is cut in two, and both halves work on")
    ana, ben, cleo, acme, nordlys = mesh.everybody
    broken = stage.divide.cut((ana.peer, ben.peer), (cleo.peer, acme.peer, nordlys.peer))
    say.tell(f"Ana, Ben ┊ Cleo, Acme, Nordlys   ({broken} ends of connections broken)")
    left = [await _work(ana, "Wireframes", 2), await _work(ben, "Accounting", 1)]
    right = [await _work(cleo, "Photographs", 4), await _work(acme, "Texts for the site", 3)]

    async def known_within() -> bool:
        return all(_has(each, left) for each in (ana, ben)) and all(_has(each, right) for each in (cleo, acme, nordlys))

    say.claim("each half shares what it writes", await comes_true(known_within))
    say.claim("and knows nothing of the other's", not any(map(ana.node.reader.has, right)))
    one, other = await ana.digest(mesh.scope), await nordlys.digest(mesh.scope)
    say.claim(f"their states differ: {one.hex()[:12]}… and {other.hex()[:12]}…", one != other)
    stage.divide.heal()
    say.tell("the line is mended")
    await _sync(mesh)
    say.claim("all five hold the same records again", await comes_true(lambda: _agree(mesh)))
    shared = await ana.digest(mesh.scope)
    say.claim(f"and compute the same state, {shared.hex()[:12]}…", await comes_true(lambda: _agree(mesh)))
    say.claim("which is what folding all records from nothing gives", _from_nothing(nordlys, mesh.scope) == shared)


async def _forge(mesh: Mesh, stage: Stage, say: Narrator) -> None:
    say.scene("A forger writes Ana 999 hours")
    ana, ben = mesh.everybody[:2]
    last = max(map(ben.node.reader.record, _own(ana, mesh.scope)), key=lambda each: each.seq if each else 0)
    assert last is not None
    forged = forge(last, hours=999)
    say.tell(f"a record that continues Ana's log at {last.seq + 1}, signed with another key, is pushed to Ben")
    bye = await Forger(stage.transport(secrets.token_bytes(32))).attack(ben.node.node.listening[0], forged)
    say.claim(f"Ben's node refused it and hung up: {bye.breach} ({bye.detail})", bye.breach is Breach.RUN)
    forged_tip = last.seq + 1
    log_name = log_id(mesh.scope, last.key)
    untouched = all(max(tip.seq for tip in person.node.reader.tips(log_name)) < forged_tip for person in mesh.everybody)
    say.claim("nobody stored it", untouched)


async def _erase(mesh: Mesh, say: Narrator) -> None:
    say.scene("Ana erases a text; the hours stay")
    ana, nordlys = mesh.everybody[0], mesh.everybody[-1]
    entry = await _work(ana, "A text she regrets", 1)

    async def came() -> bool:
        return all(each.node.reader.private(entry) is not None for each in mesh.everybody)

    say.claim("her entry is on all five nodes", await comes_true(came))
    await erasures.erase(ana.node.office, [entry], "art17")

    async def gone() -> bool:
        return all(each.node.reader.private(entry) is None for each in mesh.everybody)

    say.claim("the text is gone from all five", await comes_true(gone))

    async def counts() -> bool:
        row = nordlys.node.office.lookups.contribution(entry)
        return row is not None and row.seconds == 3600 and not row.title

    say.claim("its hour still counts", await comes_true(counts))
    say.claim("all five still agree", await comes_true(lambda: _agree(mesh)))


async def _work(person: Person, title: str, hours: int) -> RecordId:
    work = Work(title=title, quantity=amounts.seconds(hours * 3600), network=NETWORK)
    (entry,) = await log(person.node.office, work)
    return entry


async def _sync(mesh: Mesh) -> None:
    """Compare now what would be compared by itself within half a minute."""
    for person in mesh.everybody:
        outcome = await person.node.node.ask(SyncNow)
        assert isinstance(outcome, Synced)


async def _agree(mesh: Mesh) -> bool:
    first, *others = [(_records(each, mesh.scope), await each.digest(mesh.scope)) for each in mesh.everybody]
    return all(each == first for each in others)


def _records(person: Person, scope: ScopeId) -> frozenset[RecordId]:
    """The ids of all records a node holds in a network."""
    return frozenset(record.id for _, record in person.node.reader.records_after(0, 1_000_000) if record.home == scope)


def _own(person: Person, scope: ScopeId) -> frozenset[RecordId]:
    """The ids of somebody's log in a network; the node may have stopped only after this was asked."""
    key = person.node.node.identity.key.public
    return frozenset(
        record.id
        for _, record in person.node.reader.records_after(0, 1_000_000)
        if record.home == scope and record.key == key
    )


def _count(person: Person, scope: ScopeId) -> int:
    return sum(
        1
        for _, record in person.node.reader.records_after(0, 1_000_000)
        if record.home == scope and record.type == "contribution"
    )


def _has(person: Person, records: list[RecordId]) -> bool:
    return all(map(person.node.reader.has, records))


def _reads_all(person: Person, author: AgentId, records: Iterable[RecordId]) -> bool:
    """Whether a node holds whatever text belongs to somebody's records, and to the one that tells the name."""
    reader = person.node.reader
    parted = [each for each in (author, *records) if (found := reader.record(each)) and found.private is not None]
    return len(reader.privates(parted)) == len(parted)


def _is_signed(person: Person, record: RecordId) -> bool:
    """Whether the stored headers from this record to the next signature are whole and signed by its author's key."""
    proof = person.node.reader.proof_run(record)
    try:
        return proof is not None and check_run(proof.headers, proof.signature).records[0].id == record
    except Refused:
        return False


def _from_nothing(person: Person, scope: ScopeId) -> bytes:
    """The digest of a network's state, folded anew from all stored records in the opposite order."""
    memory = DictMemory()
    fold = Fold(memory)
    for _, record in reversed(person.node.reader.records_after(0, 1_000_000)):
        fold.add(record)
    return digests(memory)[scope]
