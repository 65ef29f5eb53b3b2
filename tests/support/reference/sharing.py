"""Whether a distribution is what the text makes of its past (09-agreements 5.1 to 5.3)."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from hashlib import sha256
from typing import Any

from meshproto.equation.book import Book
from meshproto.equation.earlier import written
from meshproto.equation.inputs import Attestation, Ballot, Contribution, Correction, Round
from meshproto.equation.settled import Settled
from meshproto.equation.terms import Ack, Late, Terms
from meshproto.records.encoding import encode
from meshproto.records.ids import ext
from meshproto.records.record import Record
from meshproto.types.agreement import attesters_of, parties_of
from meshproto.types.equations import read_equation
from meshproto.types.value import Measure, Money
from tests.support.reference.validity import Case, refuse
from tests.support.reference.world import World

Counts = Callable[[bytes], bool]
Entered = dict[str, list[Record]]


def check_sums(case: Case) -> None:
    """5.1."""
    world, record, facts = case.world, case.record, case.record.facts
    version = world.records[facts["agreement"]]
    if facts["engine"] != "ve/1":
        raise refuse("U-ENGINE", detail=facts["engine"], status="unknown")
    if "value_equation" not in version.facts:
        raise refuse("D-CHAIN", version.id)
    if "restates" in facts:
        _check_restated(world, record, world.records[facts["restates"]])
    if "prev" in facts:
        _check_prev(world, record, world.records[facts["prev"]])
    _check_incomes(world, record)
    entered = entering(world, record)
    if facts["inputs_digest"] != inputs_digest(entered):
        raise refuse("D-INPUTS")
    settled = settle(world, record)
    lines = lines_of(settled)
    _compare({line[0]: line for line in lines}, {line[0]: line for line in facts["lines"]})
    told = encode(["ve/1", settled.terms.cur, settled.round.pool, facts["to"], lines, settled.carry])  # type: ignore[list-item]  # lines are values
    digest = b"\x01" + sha256(b"meshnode/1 result\n" + told).digest()
    if facts["carry"] != {"amt": settled.carry, "cur": settled.terms.cur} or facts["result_digest"] != digest:
        raise refuse("D-SUM")


def chain(world: World, record: Record) -> list[Record]:
    """The distributions reached by prev, the first one first."""
    prev = record.facts.get("prev")
    return [*chain(world, world.records[prev]), world.records[prev]] if prev else []


def versions_before(world: World, version: bytes) -> set[bytes]:
    """All versions that one follows."""
    prev: list[bytes] = world.records[version].facts.get("prev", [])
    return {*prev}.union(*(versions_before(world, each) for each in prev))


def _check_prev(world: World, record: Record, prev: Record) -> None:
    version, before = record.facts["agreement"], prev.facts["agreement"]
    cur, old = (world.records[each].facts["value_equation"]["cur"] for each in (version, before))
    if before not in {version, *versions_before(world, version)} or record.facts["to"] < prev.facts["to"] or cur != old:
        raise refuse("D-CHAIN", prev.id)


def _check_restated(world: World, record: Record, restated: Record) -> None:
    if restated not in chain(world, record) or not adds(world, restated):
        raise refuse("D-CHAIN", restated.id)


def adds(world: World, record: Record) -> bool:
    """Whether a distribution neither refunds nor restates."""
    return not is_refund(world, record) and "restates" not in record.facts


def counts_in(world: World, record: Record) -> Counts:
    """Whether a record counts in the past of another."""
    said = world.said_in(world.past[record.id])
    return lambda each: each in said and world.counts_as(each, said[each])


def usable(world: World, income: Record, version: Record, counts: Counts, ids: Iterable[bytes]) -> bool:
    """4."""
    if not counts(income.id) or income.facts["on"] > version.facts.get("until", income.facts["on"]):
        return False
    near = [*ids]
    if any(
        each.facts["target"] == income.id and each.facts["kind"] == "retract" and counts(each.id)
        for each in world.within(near, "correction")
    ):
        return False
    accepting = {each.agent for each in world.accepts(income.id, near) if counts(each.id)}
    match version.facts["income_confirm"]:
        case "none":
            return True
        case "client":
            return any("client" in roles and agent in accepting for agent, roles in version.facts["parties"])
        case _:
            return any(agent in accepting and agent != income.agent for agent, _ in version.facts["parties"])


def _check_incomes(world: World, record: Record) -> None:
    facts, counts = record.facts, counts_in(world, record)
    version = world.records[facts["agreement"]]
    spent = [world.records[each] for before in chain(world, record) for each in before.facts["incomes"]]
    for each in facts["incomes"]:
        income = world.records[each]
        fits = usable(world, income, version, counts, world.past[record.id]) and income not in spent
        if not fits or income.facts["net"]["cur"] != version.facts["value_equation"]["cur"]:
            raise refuse("D-INCOME", each)
        target = world.records.get(income.facts.get("refunds", b""))
        if target is not None:
            back = sum(other.facts["net"]["amt"] for other in spent if other.facts.get("refunds") == target.id)
            left = target.facts["net"]["amt"] + back + income.facts["net"]["amt"]
            if len(facts["incomes"]) > 1 or target not in spent or left < 0:
                raise refuse("D-INCOME", each)


def is_refund(world: World, record: Record) -> bool:
    """Whether a distribution is a refund."""
    return any("refunds" in world.records[each].facts for each in record.facts["incomes"])


def heads(world: World, subject: bytes, ids: Iterable[bytes], counts: Counts) -> dict[bytes, list[Record]]:
    """3.1: by attester all that holds."""
    said = [each for each in world.within(ids, "attestation") if each.facts["subject"] == subject and counts(each.id)]
    gone = {name for each in said for name in world.listed(each, "supersedes")}
    found: dict[bytes, list[Record]] = {}
    for each in said:
        if each.id not in gone:
            found.setdefault(each.agent, []).append(each)
    return found


def entering(world: World, record: Record) -> Entered:
    """5.2: what enters with a distribution, each list by id."""
    empty: Entered = {"contribution": [], "attestation": [], "correction": [], "allocation": []}
    if is_refund(world, record):
        return empty
    before = [entering(world, each) for each in chain(world, record)]
    known = {name: [each for some in before for each in some[name]] for name in empty}
    past, counts = world.past[record.id], counts_in(world, record)
    version = world.records[record.facts["agreement"]]
    works = [
        each
        for each in world.within(past, "contribution")
        if each.home == record.home
        and each not in known["contribution"]
        and each.facts["when"]["to"] <= version.facts.get("until", each.facts["when"]["to"])
    ]
    attestations: list[Record] = []
    for work in [*known["contribution"], *works]:
        for agent, holding in heads(world, work.id, past, counts).items():
            last = _last_said(before, work.id, agent)
            attestations += holding if holding != last else []
    corrections = [
        each
        for each in world.within(past, "correction")
        if each.facts["target"] in [work.id for work in (*known["contribution"], *works)]
        and each.facts["kind"] != "replace"
        and counts(each.id)
        and each not in known["correction"]
    ]
    return {
        "contribution": works,
        "attestation": attestations,
        "correction": corrections,
        "allocation": _ballots(world, record, counts),
    }


def _last_said(before: list[Entered], work: bytes, agent: bytes) -> list[Record]:
    for entered in reversed(before):
        said = [each for each in entered["attestation"] if each.facts["subject"] == work and each.agent == agent]
        if said:
            return sorted(said, key=lambda each: each.id)
    return []


def _ballots(world: World, record: Record, counts: Counts) -> list[Record]:
    version = world.records[record.facts["agreement"]].facts
    place = sum(adds(world, each) for each in chain(world, record))
    rounds = version.get("ballots", {"rounds": []})["rounds"]
    if place >= len(rounds) or "restates" in record.facts:
        return []
    given = [
        each
        for each in world.within(world.past[record.id], "allocation")
        if each.home == record.home and counts(each.id)
    ]
    gone = {name for each in given for name in world.listed(each, "supersedes")}
    return [
        each
        for each in given
        if each.id not in gone
        and each.facts["round"] == rounds[place]
        and each.agent in parties_of(version)
        and sum(points for _, points in each.facts["points"]) <= version["ballots"]["budget"]
    ]


def inputs_digest(entered: Entered) -> bytes:
    """The digest of all that enters."""
    ids = sorted(each.id for some in entered.values() for each in some)
    return b"\x01" + sha256(b"meshnode/1 inputs\n" + encode([*ids])).digest()


def settle(world: World, record: Record) -> Settled:
    """5.3: the last of the rounds."""
    rounds = [*chain(world, record), record]
    book, before, settled = None, b"", None
    for each in rounds:
        version = each.facts["agreement"]
        if book is None:
            book = Book(_terms(world.records[version].facts))
        elif version != before:
            book.amend(_terms(world.records[version].facts))
        before, settled = version, book.take(_round(world, rounds, each))
    assert settled is not None  # there is one
    return settled


def _hex(record_id: bytes) -> bytes:
    return record_id.hex().encode()


def _terms(version: Any) -> Terms:
    ratings = version["ack"].get("ratings") or [[1, 1]] * 5
    return Terms(
        version["value_equation"]["cur"],
        frozenset(_hex(each) for each in parties_of(version)),
        read_equation(version["value_equation"]),
        Ack(
            version["ack"]["min"],
            frozenset(_hex(each) for each in attesters_of(version)),
            tuple(Fraction(num, den) for num, den in ratings),
        ),
        Late(version["late"]),
    )


def _round(world: World, rounds: list[Record], record: Record) -> Round:
    entered, refunded = entering(world, record), None
    incomes = [world.records[each].facts for each in record.facts["incomes"]]
    if is_refund(world, record):
        refunded = next(place for place, each in enumerate(rounds) if incomes[0]["refunds"] in each.facts["incomes"])
    counts = counts_in(world, record)
    return Round(
        sum(each["net"]["amt"] for each in incomes),
        record.facts["to"],
        tuple(_work(world, each, world.past[record.id], counts) for each in entered["contribution"]),
        tuple(
            Attestation(
                _hex(each.facts["subject"]),
                _hex(each.agent),
                each.facts["verdict"] == "confirm",
                _measure(each.facts.get("qty")),
                each.facts.get("rating"),
            )
            for each in entered["attestation"]
        ),
        tuple(
            Correction(
                _hex(each.facts["target"]),
                each.facts["kind"] == "retract",
                _measure(each.facts.get("qty")),
                _money(each.facts.get("value")),
            )
            for each in entered["correction"]
        ),
        tuple(
            Ballot(_hex(each.agent), tuple((_hex(agent), points) for agent, points in each.facts["points"]))
            for each in entered["allocation"]
        ),
        refunds=refunded,
        restates=rounds.index(world.records[record.facts["restates"]]) if "restates" in record.facts else None,
        consents=frozenset(_hex(line[0]) for each in rounds for line in each.facts["lines"]),
        dropped=frozenset((_hex(work), _hex(agent)) for work, agent in dropped(world, record)),
    )


def dropped(world: World, record: Record) -> list[tuple[bytes, bytes]]:
    """5.3: on what nothing is paid to whom."""
    found: list[tuple[bytes, bytes]] = []
    version = record.facts["agreement"]
    before = [each.facts["agreement"] for each in chain(world, record) if adds(world, each)]
    for each in {version, *versions_before(world, version)}:
        for agent, how in world.listed(world.records[each], "leaves"):
            said = [
                prev.facts.get("leaver", {}).get(how)
                for prev in (world.records[other] for other in world.records[each].facts["prev"])
                if agent in parties_of(prev.facts)
            ]
            paid = any(each in {other, *versions_before(world, other)} for other in before)
            if "drop_unpaid" in said or ("once" in said and paid):
                works = [one for one in world.within(world.past[each], "contribution") if one.home == record.home]
                found += [(one.id, agent) for one in works if agent in _doers(world, one)]
    return found


def _doers(world: World, work: Record) -> list[bytes]:
    return [work.agent, *(agent for agent, _ in world.listed(work, "shares"))]


def _measure(facts: Any) -> Measure | None:
    return None if facts is None else Measure(**facts)


def _money(facts: Any) -> Money | None:
    return None if facts is None else Money(**facts)


def _work(world: World, record: Record, past: Iterable[bytes], counts: Counts) -> Contribution:
    facts = record.facts
    answers = [each for each in world.within(past, "countersign") if each.facts["target"] == record.id]
    said = {(each.agent, each.facts["decision"]) for each in answers if counts(each.id)}
    shares = world.listed(record, "shares")
    declined = [agent for agent, _ in shares if (agent, "decline") in said and (agent, "accept") not in said]
    project = facts.get("project")
    return Contribution(
        _hex(record.id),
        _hex(record.agent),
        facts["kind"],
        Measure(**facts["qty"]),
        _money(facts.get("value")),
        facts.get("comp"),
        facts.get("stream"),
        frozenset(each.encode() for each in facts.get("classified_as", [])),
        _hex(ext(project) if len(project) == 32 else project) if project else None,
        (facts["when"]["from"], facts["when"]["to"]),
        tuple((_hex(agent), part) for agent, part in shares),
        frozenset(_hex(each) for each in declined),
        frozenset(_hex(each) for each in facts.get("beneficiaries", [])),
    )


def lines_of(settled: Settled) -> list[list[Any]]:
    """The lines as facts."""
    return [
        [
            bytes.fromhex(agent.decode()),
            line.amt,
            line.held,
            [[written(step.path), step.amounts[agent]] for step in settled.steps if agent in step.amounts],
        ]
        for agent, line in settled.lines.items()
    ]


def _compare(mine: dict[bytes, list[Any]], theirs: dict[bytes, list[Any]]) -> None:
    for agent in sorted({*mine, *theirs}):
        if mine.get(agent) == theirs.get(agent):
            continue
        one, other = (dict(enumerate(some.get(agent, [0, 0, 0, []])[3])) for some in (mine, theirs))
        for place in range(max(len(one), len(other))):
            if one.get(place) != other.get(place):
                raise refuse("D-LINES", agent, detail=(one.get(place) or other[place])[0])
        raise refuse("D-LINES", agent, detail="amt")
