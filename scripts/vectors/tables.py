"""Cases for every cell of the tables: which type is written where, what roles allow, what a scope may reach."""

from typing import Any

from meshproto.records.ids import digest33, key33
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import accounts, authority, coordination, evaluation, identity, repair, value
from scripts.vectors.cases import key, work
from scripts.vectors.tale import Tale, terms

IN_AGREEMENTS = ("agreement", "attestation", "allocation", "income", "distribution", "settlement", "commitment")
TYPES = (
    *("grant", "revoke", "countersign", "contribution", "recognition", "project", "correction", "erasure"),
    *("checkpoint", "profile", "rotate", "resolution"),
    *IN_AGREEMENTS,
)
STATES = {
    "contribution": {"state": "claimed"},
    "recognition": {"state": "claimed"},
    "project": {"state": "current"},
    "profile": {"state": "current"},
    "resolution": {"state": "open"},
}
NOT_WRITTEN = {
    "person": ("resolution", *IN_AGREEMENTS),
    "organisation": ("rotate", *IN_AGREEMENTS),
    "network": ("profile", "rotate", *(each for each in IN_AGREEMENTS if each != "attestation")),
    "agreement": ("grant", "revoke", "project", "profile", "rotate", "resolution"),
}
MEMBERS_WRITE = (
    *("contribution", "recognition", "project", "correction", "erasure", "checkpoint", "countersign"),
    "attestation",
)
ALLOWED = {
    "core": MEMBERS_WRITE,
    "occasional": MEMBERS_WRITE,
    "steward": MEMBERS_WRITE,
    "client": [each for each in MEMBERS_WRITE if each != "project"],
    "observer": [each for each in MEMBERS_WRITE if each not in ("project", "contribution", "attestation")],
    "relay": [],
}


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        *(_written(kind, type_) for kind in NOT_WRITTEN for type_ in TYPES),
        *(_role(role) for role in ALLOWED),
        *_roles_and_grantees(),
        _acts_of_networks(),
        *(_reach(kind, name) for kind in NOT_WRITTEN for name in REACHED),
    ]


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def _setting(tale: Tale, kind: str) -> tuple[Record, Record, list[Record]]:
    """A scope of a kind, who writes there and by which entries, always with alice's key."""
    alice = tale.person("alice", "holder")
    if kind == "person":
        return alice, alice, []
    if kind == "organisation":
        firm = tale.firm("firm", alice)
        return firm, firm, tale.accepts_of(firm)
    if kind == "agreement":
        return tale.deal("alice", alice, tale.person("bob"), value_equation={"cur": "EUR", "steps": []}), alice, []
    return tale.net("shed", alice), alice, []


def _written(kind: str, type_: str) -> Tale:
    """One cell of the table of 04-fold 2.1."""
    tale = Tale(f"{_one(type_)} in the scope of {_one(kind)}")
    scope, agent, auth = _setting(tale, kind)
    bob = next((each for each in tale.records if each.key == key("bob").public), None) or tale.person("bob")
    own = tale.write("alice", scope, agent=agent, auth=auth)
    if type_ in IN_AGREEMENTS:
        other = tale.write("bob", scope, agent=bob) if kind == "agreement" else own
        if kind == "network" and type_ == "attestation":
            other = tale.write("bob", bob)
        if kind == "agreement" and type_ == "distribution":
            tale.is_(tale.share("alice", scope, agent=agent))
            return tale
        made = tale.write("alice", scope, type_, _matter(type_, agent, other, scope), agent=agent, auth=auth)
        return _unwritten(tale, made) if type_ in NOT_WRITTEN[kind] else tale
    signer, giver, by = "alice", agent, auth
    if kind == "network" and type_ in ("grant", "revoke"):
        giver, by = scope, tale.accepts_of(scope)
    if type_ == "rotate":
        signer, by = "root", []
    facts: Any = authority.grant(bob.id, "core" if kind == "network" else "staff")
    if type_ == "revoke" and kind != "agreement":
        grant = tale.write("alice", scope, "grant", facts, agent=giver, auth=by)
        tale.is_(grant, state="removed")
        facts = authority.revoke([grant.id])
    elif type_ != "grant":
        facts = authority.revoke([own.id]) if type_ == "revoke" else _facts(type_, own, scope)
    made = tale.write(signer, scope, type_, facts, agent=giver, auth=by)
    if type_ in NOT_WRITTEN[kind]:
        tale.no(made, Reason.X_SCOPE, detail=type_)
    else:
        tale.is_(made, **({"state": "invited"} if type_ == "grant" else STATES.get(type_, {})))
    return tale


def _unwritten(tale: Tale, made: Record) -> Tale:
    tale.no(made, Reason.X_SCOPE, detail=made.type)
    return tale


def _matter(type_: str, agent: Record, other: Record, scope: Record) -> Any:
    """Facts of a type of agreements; `other` is an earlier contribution, of somebody else where that counts."""
    euros = value.Money(100, "EUR")
    match type_:
        case "agreement":
            return terms(agent, prev=[scope.id])
        case "attestation":
            return evaluation.attestation(other.id)
        case "allocation":
            return evaluation.allocation("first", {})
        case "income":
            return accounts.income(agent.id, net=euros, on="2025-11-20")
        case "distribution":
            digest = digest33(bytes(32))
            return accounts.distribution(
                scope.id,
                [],
                to="2025-11-20",
                engine="ve/1",
                lines=[],
                carry=value.Money(0, "EUR"),
                inputs_digest=digest,
                result_digest=digest,
            )
        case "settlement":
            return accounts.settlement(agent.id, _beside(agent, other), euros, on="2025-11-20")
        case _:
            return accounts.commitment(
                agent.id, _beside(agent, other), "deliver", value.Measure(1, 0, "C62"), due="2025-12-24"
            )


def _beside(agent: Record, other: Record) -> bytes:
    return other.id if other.agent == agent.id else other.agent


def _facts(type_: str, own: Record, scope: Record) -> Any:
    """Facts of a type; `own` is an earlier contribution of the author."""
    match type_:
        case "contribution":
            return work(7)
        case "recognition":
            return value.recognition(to=[own.agent])
        case "project":
            return coordination.project()
        case "correction":
            return repair.delta(own.id, qty=value.Measure(1, 0, "MIN"))
        case "erasure":
            return repair.erasure([own.id])
        case "checkpoint":
            return repair.checkpoint()
        case "profile":
            return identity.profile()
        case "countersign":
            return identity.accept(own.id)
        case "rotate":
            return authority.rotate(key("root").public, scope.id, [key("holder")])
        case _:
            return authority.resolution("order", orders=[["grant", authority.order_digest({})]])


def _role(role: str) -> Tale:
    """One row of the table of roles, for the types that members write: by a member who was core when he began."""
    tale = Tale(f"what the role {role} allows in a closed network")
    alice, bob = tale.person("alice"), tale.person("bob")
    shed = tale.net("shed", alice)
    (founds,) = tale.accepts_of(shed)
    entries = []
    for each in ("core", role):
        entries.append(tale.write("alice", shed, "grant", authority.grant(bob.id, each), agent=shed, auth=(founds,)))
        tale.accept("bob", entries[-1], agent=bob)
        tale.is_(entries[-1], state="active")
    own = tale.write("bob", shed, agent=bob, auth=entries[:1])
    public = tale.write("alice", alice)
    for type_ in MEMBERS_WRITE:
        facts = evaluation.attestation(public.id) if type_ == "attestation" else _facts(type_, own, shed)
        made = tale.write("bob", shed, type_, facts, agent=bob, auth=entries[1:])
        if type_ in ALLOWED[role]:
            tale.is_(made, **STATES.get(type_, {}))
        else:
            tale.no(made, Reason.X_SCOPE, entries[1])
    return tale


def _roles_and_grantees() -> list[Tale]:
    """Which role goes with which `to`, in each kind of scope."""
    found = []
    fitting = {
        ("network", "agent"): ("steward", "core", "occasional", "client", "observer", "relay"),
        ("network", "key"): ("core", "occasional", "client", "observer"),
        ("organisation", "agent"): ("staff",),
        ("organisation", "key"): ("device",),
        ("person", "agent"): ("staff",),
        ("person", "key"): ("device",),
    }
    for (kind, to), roles in fitting.items():
        tale = Tale(f"roles for which {_one(kind)} grants something to {'an agent' if to == 'agent' else 'a key'}")
        scope, _, auth = _setting(tale, kind)
        auth = auth or tale.accepts_of(scope)
        target = tale.person("bob").id if to == "agent" else key33(key("phone").public)
        state = "invited" if to == "agent" else "open" if kind == "network" else "active"
        for role in authority.ROLES:
            made = tale.write("alice", scope, "grant", authority.grant(target, role), agent=scope, auth=auth)
            if role in roles:
                tale.is_(made, state=state)
            else:
                tale.no(made, Reason.I_RULE, detail="role")
        found.append(tale)
    return found


def _acts_of_networks() -> Tale:
    """What is written in the name of a network: what only its members can do is not."""
    tale = Tale("types in the name of a network")
    shed = tale.net("shed", tale.person("alice"))
    auth = tale.accepts_of(shed)
    tale.is_(auth[0], state="active")
    for type_ in ("contribution", "recognition", "project", "profile"):
        made = tale.write("alice", shed, type_, _facts(type_, auth[0], shed), agent=shed, auth=auth)
        tale.no(made, Reason.X_SCOPE, shed)
    note = tale.write("alice", shed, "checkpoint", repair.checkpoint(), agent=shed, auth=auth)
    tale.is_(note, flags=["corrected", "erased"])
    words = tale.write("alice", shed, "correction", repair.replace(note.id), agent=shed, auth=auth)
    tale.is_(words, state="current")
    tale.write("alice", shed, "erasure", repair.erasure([note.id]), agent=shed, auth=auth)
    tale.write("alice", shed, "countersign", identity.accept(note.id), agent=shed, auth=auth)
    return tale


def _reach(kind: str, name: str) -> Tale:
    """One cell of what a kind of scope may name: streams of persons and organisations, and itself."""
    tale = Tale(f"the scope of {_one(kind)} names {name}")
    scope, agent, auth = _setting(tale, kind)
    bob = next((each for each in tale.records if each.key == key("bob").public), None) or tale.person("bob")
    firm, barn = tale.firm("other firm", bob), tale.net("barn", bob)
    named = {
        "itself": scope,
        "a person": bob,
        "a record of a person": tale.is_(tale.write("bob", bob), state="claimed"),
        "an organisation": firm,
        "a record of an organisation": tale.accepts_of(firm)[0],
        "another network": barn,
        "a record of another network": tale.accepts_of(barn)[0],
        "an agreement": tale.deal("bob", bob),
    }
    target = named[name]
    knows = [] if kind == "person" else tale.accepts_of(scope)
    if "agreement" in name:
        tale.is_(target)
    made = tale.write("alice", scope, facts=work(of=target.id), agent=agent, auth=auth, knows=knows)
    if "network" in name or "agreement" in name:
        tale.no(made, Reason.X_FOREIGN, target, status="foreign")
    else:
        tale.is_(made, state="claimed")
    return tale


REACHED = (
    *("itself", "a person", "a record of a person", "an organisation", "a record of an organisation"),
    *("another network", "a record of another network", "an agreement"),
)
