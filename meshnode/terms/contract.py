"""A version of an agreement as it reads: the same facts as in the record, in sections of plain sentences.

What somebody signs is shown in these words; their digest goes into the signature (`seen_digest`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple

from meshnode.terms.wording import in_words, money, share
from meshproto.records.ids import digest33, ext
from meshproto.types.agreement import approvers_of, attesters_of, bearers, parties_of
from meshproto.types.equations import read_equation

Facts = Mapping[str, Any]
"""The facts of a valid version."""
_AGENT_HEX = 64
_ID_SIZE = 32
_LATE = {
    "next": "Work that is acknowledged late weighs in the next income like any other.",
    "catch_up": "Work that is acknowledged late catches up in the next incomes; nobody gives anything back for it.",
    "exclude": "Work that is acknowledged after its time was shared out is not paid from later incomes.",
}
_CONFIRM = {
    "none": "An income counts as soon as its holder has written it down.",
    "client": "An income counts once the client has confirmed it.",
    "party": "An income counts once another party than its holder has confirmed it.",
}
_OWNERSHIP = {
    "per_author": "What is made belongs to whoever made it",
    "joint": "What is made belongs to all parties together",
    "client": "What is made belongs to the client",
}
_OWNER = {"per_author": "whoever made it", "joint": "all parties", "client": "the client"}
_EFFECTIVE = {"on_creation": "as soon as it is made", "on_payment": "once it is paid"}
_LIABILITY = {
    "several": "each for their own part",
    "joint": "all together",
    "joint_and_several": "each for the whole",
}
_LEAVES = {"good": "for good reason", "bad": "without good reason"}
_LEAVER = {
    "keep": "keeps the claims for what was done before",
    "once": "is paid for what was done before from the next income, and no more after it",
    "drop_unpaid": "loses what is not paid yet",
}


DUTIES = "Who answers to whom"
"""The heading below which responsibilities stand."""


class Section(NamedTuple):
    """One heading and what stands under it."""

    title: str
    lines: tuple[str, ...]


class Readable(NamedTuple):
    """How ids are called: agents by their id, everything named weakly by its `ext`."""

    agent: Callable[[bytes], str]
    other: Callable[[bytes], str]


def contract(facts: Facts, names: Readable, title: str = "", summary: str = "") -> list[Section]:
    """A version in words, section by section; sections with nothing in them are left out."""
    made = (
        Section("About", tuple(each for each in (title, summary) if each)),
        Section("Parties", tuple(_parties(facts, names))),
        Section(DUTIES, tuple(_duties(facts, names))),
        Section("Rights in the results", tuple(_rights(facts, names))),
        Section("Acknowledging work", tuple(_acknowledging(facts, names))),
        Section("Sharing income", tuple(_sharing(facts, names))),
        Section("Deciding and changing", tuple(_deciding(facts, names))),
        Section("Time and bounds", tuple(_bounds(facts, names))),
        Section("Document", tuple(_document(facts))),
    )
    return [each for each in made if each.lines]


def seen(sections: Sequence[Section]) -> bytes:
    """The digest of what was shown, as a countersignature tells it."""
    text = "\n\n".join("\n".join((each.title, *each.lines)) for each in sections)
    return digest33(sha256(text.encode()).digest())


def changes(before: Sequence[Section], after: Sequence[Section]) -> list[Section]:
    """What one version says otherwise than another: lines that go begin with a minus, lines that come with a plus."""
    old, new = {each.title: each.lines for each in before}, {each.title: each.lines for each in after}
    found = []
    for title in dict.fromkeys([*new, *old]):
        gone = [f"- {line}" for line in old.get(title, ()) if line not in new.get(title, ())]
        come = [f"+ {line}" for line in new.get(title, ()) if line not in old.get(title, ())]
        if gone or come:
            found.append(Section(title, (*gone, *come)))
    return found


def projects_of(facts: Facts, name: Callable[[bytes], str]) -> str:
    """What a version covers."""
    return ", ".join(name(each) for each in facts.get("covers", ()))


def _parties(facts: Facts, names: Readable) -> Iterator[str]:
    for agent, roles in facts["parties"]:
        yield f"{names.agent(agent)}: {', '.join(roles)}"
    for agent, how in facts.get("leaves", ()):
        yield f"{names.agent(agent)} leaves, {_LEAVES[how]}"
    if named := facts.get("named"):
        yield f"Named besides, without signing: {_list(named, names)}"


def _duties(facts: Facts, names: Readable) -> Iterator[str]:
    for each in facts.get("responsibility", ()):
        how = (
            f"up to {money(each['cap']['amt'], each['cap']['cur'])}" if "cap" in each else _LIABILITY[each["liability"]]
        )
        instead = f", or instead {_list(each['deputies'], names)}" if each.get("deputies") else ""
        yield f"{names.agent(each['final'])} answers to {names.agent(each['to'])} for {each['scope']}{instead} ({how})"


def _rights(facts: Facts, names: Readable) -> Iterator[str]:
    rights = facts.get("rights")
    if rights is None:
        yield "Nothing is agreed: what somebody makes stays theirs."
        yield "Others may use it as far as the licence allows that stands with each piece of work."
        return
    results = rights["results"]
    owner = _OWNERSHIP.get(results["ownership"]) or f"What is made belongs to {names.agent(results['owner'])}"
    when = _EFFECTIVE.get(results["effective"]) or f"from {results.get('on')} on"
    yield f"{owner}, {when}."
    if "licence" in results:
        yield f"Everybody else may use it under {results['licence']}."
    if rights.get("background"):
        yield f"Brought along, and still its owners': {', '.join(names.other(each) for each in rights['background'])}"
    if rights.get("attribution"):
        yield "Whoever made something is named with it."


def _acknowledging(facts: Facts, names: Readable) -> Iterator[str]:
    ack, who = facts["ack"], attesters_of(facts)
    if not ack["min"]:
        yield "Work counts as its author claims it."
        return
    by = "one of the others" if ack["min"] == 1 else f"{ack['min']} of the others"
    yield (
        f"Work counts once {by} has confirmed it, among {_list(who, names)}."
        if ack["min"] == 1
        else (f"Work counts once {by} have confirmed it, among {_list(who, names)}.")
    )
    if "ratings" in ack:
        rated = ", ".join(f"{at}: × {Fraction(*each)}" for at, each in enumerate(ack["ratings"], 1))
        yield f"Ratings weigh ({rated})."


def _sharing(facts: Facts, names: Readable) -> Iterator[str]:
    equation = facts.get("value_equation")
    if equation is None:
        yield "No money is shared: nobody is owed anything for what is done."
        return
    yield _CONFIRM[facts["income_confirm"]]
    yield from in_words(read_equation(equation), equation["cur"], lambda name: _named_in_equation(name, names))
    yield _LATE[facts["late"]]
    if ballots := facts.get("ballots"):
        rounds = ", ".join(ballots["rounds"])
        yield f"In each of {len(ballots['rounds'])} rounds ({rounds}) everybody gives away {ballots['budget']} points."


def _named_in_equation(name: bytes, names: Readable) -> str:
    raw = bytes.fromhex(name.decode())
    return names.agent(raw) if len(name) == _AGENT_HEX else names.other(raw)


def _deciding(facts: Facts, names: Readable) -> Iterator[str]:
    approval, deciders = facts["approval"], approvers_of(facts)
    if "value_equation" in facts:
        if approval == "arbiter":
            yield f"How an income is shared is approved by {_list(deciders, names)}."
        else:
            many = _many(approval, len(deciders))
            yield f"How an income is shared is approved by {many} of {_list(deciders, names)}."
    many = _many(facts["amendment"], len(parties_of(facts)))
    yield f"A change of this agreement takes the signatures of {many} of its parties."
    if dispute := facts.get("dispute"):
        by = _list(dispute["mediators"], names) if dispute.get("mediators") else "the parties"
        yield f"Disputes are settled by {share(Fraction(*dispute['quorum']))} of {by}."
        if dispute.get("reserve"):
            yield "What is disputed is held back until then."
    if leaver := facts.get("leaver"):
        yield f"Who leaves for good reason {_LEAVER[leaver['good']]}; who leaves otherwise {_LEAVER[leaver['bad']]}."


def _bounds(facts: Facts, names: Readable) -> Iterator[str]:
    end = f", until {facts['until']}" if "until" in facts else ""
    yield f"From {facts['from']}{end}."
    if "notice_days" in facts:
        yield f"It is ended with {facts['notice_days']} days' notice."
    if worth := facts.get("worth"):
        yield f"Worth up to {money(worth['amt'], worth['cur'])}."
    if facts.get("covers"):
        yield f"About {projects_of(facts, names.other)}."
    if facts.get("audience"):
        yield f"Shown to the members of {', '.join(names.other(each) for each in facts['audience'])}."


def _document(facts: Facts) -> Iterator[str]:
    if "doc" in facts:
        yield f"A text with the SHA-256 {facts['doc']['sha256'][1:].hex()} belongs to it."
        wins = "text" if facts["prevails"] == "doc" else "terms above"
        yield f"Where the two differ, the {wins} prevail{'s' if wins == 'text' else ''}."


def answerable(facts: Facts) -> list[bytes]:
    """Clients to whom nobody answers for anything."""
    served = {each["to"] for each in facts.get("responsibility", ())}
    return [each for each in bearers(facts, "client") if each not in served]


def _many(rule: Any, of: int) -> str:
    k = of if rule == "all" else rule["k"]
    return "all" if k == of else str(k)


def _list(agents: Sequence[bytes], names: Readable) -> str:
    return ", ".join(names.agent(each) for each in agents)


def rights_of(facts: Facts, names: Readable) -> list[tuple[str, str, str, str]]:
    """The matrix of rights: what, whose it is, under which licence others may use it, and from when."""
    rights = facts.get("rights")
    if rights is None:
        return []
    results = rights["results"]
    owner = names.agent(results["owner"]) if "owner" in results else _OWNER[results["ownership"]]
    when = f"from {results['on']}" if "on" in results else _EFFECTIVE[results["effective"]]
    brought = [
        (names.other(ext(each) if len(each) == _ID_SIZE else each), "as before", "", "")
        for each in rights.get("background", ())
    ]
    return [("what is made", owner, results.get("licence", ""), when), *brought]
