"""`meshnode agreement …`: what people agree on, who has signed, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from meshnode.cli.agreements import agreement_decided, agreement_terms
from meshnode.cli.agreements.agreement_terms import PRESETS, TERMS, changed_terms, read_terms
from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.parsing import Value
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, state_of, who_briefly, worth

if TYPE_CHECKING:
    from meshnode.client.agreement_answers import Agreement


def new(desk: Desk, *, explain: bool, unsigned: bool, as_: str | None, **said: Value) -> Exit:
    """Propose an agreement."""
    if explain:
        preset = said["preset"]
        return _explain(desk, [preset] if isinstance(preset, str) else [*PRESETS], said)
    terms = read_terms(desk, said)
    made = desk.client().agreements.propose({**terms, **_signed(as_, unsigned=unsigned)})
    return _tell(desk, "agreement.new", made, "Proposed")


def ls(desk: Desk, *, everything: bool) -> Exit:
    """List agreements."""
    found = [*desk.client().agreements.every(everything=everything)]
    if desk.out.as_json:
        desk.out.give("agreement.ls", {"items": found})
    elif not found:
        desk.out.line("No agreements yet." if everything else "No agreements that go on.")
        desk.next_steps(("Propose one", "meshnode agreement new --help"))
    else:
        rows = [
            (
                short_id(one["id"]),
                one["title"],
                state_of(one["state"], one["declined"]),
                ", ".join(map(who_briefly, one["parties"])),
                worth(one["worth"]),
            )
            for one in found
        ]
        desk.out.table(("ID", "WHAT", "STATE", "WHO", "WORTH"), rows, flexible=3, right=(4,), whole=(0,))
        mine = [one for one in found if one["awaits"]]
        if mine:
            desk.next_steps(
                *(
                    (f"Waits for you, {clean(one['title'])}", f"meshnode agreement show {one['awaits'][-1]}")
                    for one in mine[:3]
                )
            )
    return Exit.OK


def show(desk: Desk, *, agreement: str) -> Exit:
    """Show an agreement, or one of its versions."""
    one = desk.client().agreements.one(agreement)
    if desk.out.as_json:
        desk.out.give("agreement.show", {**one})
        return Exit.OK
    from meshnode.cli.agreements import agreement_shown

    agreement_shown.show(desk, one)
    return Exit.OK


def sign(desk: Desk, *, agreement: str, because: str | None, as_: str | None, yes: bool) -> Exit:
    """Sign what waits for one."""
    client = desk.client()
    one = _waiting(desk, agreement)
    if one["resolution"]:
        return _vote(desk, one, because, as_, yes=yes)
    if not desk.out.as_json and not yes:
        from meshnode.cli.agreements import agreement_shown

        agreement_shown.show(desk, one)
        desk.out.line()
    if not yes:
        name = clean(as_) if as_ else "you"
        desk.confirm(f"Sign this for {name}? It cannot be taken back.", "--yes")
    made = client.agreements.sign(one["version"], text=because or "", seen=one["seen"], version=one["version"], as_=as_)
    _tell(desk, "agreement.sign", made, "Signed")
    provides = any(each["agent"]["me"] and "provider" in each["roles"] for each in made["signatures"])
    if made["state"] == "in_force" and provides and not desk.out.as_json:
        work = f"meshnode log 'What was done' 1h --agreement {quoted(clean(made['title']))}"
        desk.next_steps(("Log work under it", work))
    return Exit.OK


def decline(desk: Desk, *, agreement: str, because: str | None, as_: str | None) -> Exit:
    """Say no to what waits for one."""
    one = _waiting(desk, agreement)
    if one["resolution"]:
        return _vote(desk, one, because, as_, yes=True, decision="decline")
    client = desk.client()
    made = client.agreements.sign(one["version"], "decline", text=because or "", version=one["version"], as_=as_)
    return _tell(desk, "agreement.decline", made, "Declined")


def amend(desk: Desk, *, agreement: str, unsigned: bool, as_: str | None, **said: Value) -> Exit:
    """Propose a change."""
    made = desk.client().agreements.amend(agreement, {**changed_terms(said), **_signed(as_, unsigned=unsigned)})
    if not desk.out.as_json:
        from meshnode.cli.agreements import agreement_shown

        agreement_shown.show_changes(desk.out, made)
    return _tell(desk, "agreement.amend", made, "Change proposed")


def end(desk: Desk, *, agreement: str, until: str, as_: str | None) -> Exit:
    """Propose that it ends."""
    made = desk.client().agreements.end(agreement, until, as_=as_)
    return _tell(desk, "agreement.end", made, "End proposed")


def presets(desk: Desk, *, preset: str | None) -> Exit:
    """Explain ready-made terms."""
    return _explain(desk, [preset] if preset else [*PRESETS])


def _explain(desk: Desk, chosen: list[str], said: Mapping[str, Value] | None = None) -> Exit:
    """Explain presets; one of them with the people and figures that were said of it, if any were."""
    from meshnode.terms.presets import PRESETS as KNOWN
    from meshnode.terms.presets import example_of

    unknown = [each for each in chosen if each not in KNOWN]
    if unknown:
        raise Failure(Exit.USAGE, f"there is no preset {clean(unknown[0])!r}", "meshnode agreement presets")
    given = agreement_terms.given(KNOWN[chosen[0]], said) if said and len(chosen) == 1 else None
    examples = [example_of(KNOWN[each], *([given] if given else [])) for each in chosen]
    if desk.out.as_json:
        items = [
            {"name": name, "says": KNOWN[name].says, "text": KNOWN[name].text, "example": example}
            for name, example in zip(chosen, examples, strict=True)
        ]
        desk.out.give("agreement.presets", {"items": items})
        return Exit.OK
    from meshnode.cli.agreements import agreement_shown

    if len(chosen) > 1:
        desk.out.table(("PRESET", "WHAT IT MEANS"), [(name, KNOWN[name].says) for name in chosen], flexible=1)
        desk.next_steps(("One of them, with an example", "meshnode agreement presets waterfall"))
        return Exit.OK
    agreement_shown.explain(desk.out, KNOWN[chosen[0]], examples[0])
    desk.next_steps(("Propose an agreement with it", "meshnode agreement new --help"))
    return Exit.OK


def _vote(
    desk: Desk, one: Agreement, because: str | None, as_: str | None, *, yes: bool, decision: str = "accept"
) -> Exit:
    """Accept or decline the resolution that was named."""
    ruling = one["resolution"]
    if not yes:
        if not desk.out.as_json:
            agreement_decided.show_ruling(desk.out, agreement_decided.asked_for(one))
        desk.confirm(f"Accept this for {clean(as_) if as_ else 'you'}? It cannot be taken back.", "--yes")
    made = desk.client().agreements.sign(ruling, decision, text=because or "", version=ruling, as_=as_)
    done = "Accepted" if decision == "accept" else "Declined"
    schema = "agreement.sign" if decision == "accept" else "agreement.decline"
    return agreement_decided.tell(desk, schema, made, done)


def _waiting(desk: Desk, agreement: str) -> Agreement:
    """The resolution or version somebody means to answer: the one named, else the one that waits for them."""
    client = desk.client()
    one = client.agreements.one(agreement)
    if one["resolution"]:
        return one
    mine = [each["id"] for each in one["decisions"] if each["may_sign"]]
    waits = one["awaits"] or mine
    if one["version"] not in one["awaits"] and not waits:
        # Of several of a title one asks to sign that which waits, though it is not the one in force.
        waits = [last for each in client.agreements.every() if each["title"] == one["title"] for last in each["awaits"]]
    if one["version"] not in one["awaits"] and len(waits) == 1:
        return client.agreements.one(waits[0])
    return one


def _signed(as_: str | None, *, unsigned: bool) -> dict[str, object]:
    return {**({"as": as_} if as_ else {}), **({"sign": False} if unsigned else {})}


def _tell(desk: Desk, schema: str, one: Agreement, done: str) -> Exit:
    desk.out.give_or_ok(schema, {**one}, f"{done}   {clean(one['title'])}   {one['version']}")
    if desk.out.as_json:
        return Exit.OK
    from meshnode.cli.agreements import agreement_shown

    desk.out.line(f"  {clean(one['says'][:1].upper() + one['says'][1:])}")
    for warning in one["warnings"]:
        desk.out.warn(clean(warning))
    agreement_shown.tell_next(desk, one)
    return Exit.OK


_AGREEMENT = Argument(("agreement",), "Its title or id, or the id of one of its versions.")
_ASKED = Argument(("agreement",), "Its title or id, or the id of one of its versions or decisions.")
_BECAUSE = Argument(("--because",), "What you say to it, for the others to read.", metavar="TEXT")
_EXITS = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT)
_UNSIGNED = Argument(("--unsigned",), "Propose it without signing it yet.", kind="flag")

COMMANDS = {
    command.name: command
    for command in (
        Command(
            "agreement new",
            "Propose an agreement, and sign it yourself.",
            new,
            (
                *TERMS,
                Argument(
                    ("--explain",), "Say what the preset means, with your figures, and propose nothing.", kind="flag"
                ),
                _UNSIGNED,
                AS,
            ),
            text="Everybody it names gets it by themselves, also who shares no network with you, once you have their "
            "contact card (meshnode id card add); nobody else learns that there is one. It is in force when all "
            "parties have signed. On a terminal it asks for what is missing; without one, say it by options. Money "
            "that is shared goes by a preset or by the equation in a file (protocol/spec/08-equations.md).",
            examples=(
                ("Two people and a client, by hours", "meshnode agreement new --title Logo --party Ben --client Acme"),
                (
                    "Agreed parts",
                    "meshnode agreement new --title Logo --party Ben --preset shares --share me:6 --share Ben:4",
                ),
                ("All terms from a file", "meshnode agreement new --file terms.toml"),
                ("What a preset means", "meshnode agreement new --preset slices --explain"),
            ),
            exits=(*_EXITS, Exit.VERIFICATION),
        ),
        Command(
            "agreement show",
            "Show an agreement like a contract, with its state.",
            show,
            (_AGREEMENT,),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "agreement ls",
            "List your agreements.",
            ls,
            (Argument(("--all",), "Also those that have ended.", kind="flag", into="everything"),),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "agreement sign",
            "Sign what waits for your signature: a version, or a decision of `agreement decide`.",
            sign,
            (_ASKED, _BECAUSE, AS, Argument(("--yes",), "Sign without asking once more.", kind="flag")),
            text="Shows what is signed, and signs that you were shown exactly this. A signature cannot be taken back; "
            "an agreement changes by another version that enough parties sign. A signature beyond a mandate is "
            "contested until somebody with a wider one stands by it.",
            exits=_EXITS,
        ),
        Command(
            "agreement decline",
            "Say no to a version or a decision, with a reason.",
            decline,
            (_ASKED, _BECAUSE, AS),
            text="A no can be turned into a signature later, not the other way round: who has signed a proposal cannot "
            "take it back, but may propose another (`agreement amend`) and ask the others to decline this one. Who "
            "answers for something by the version that stands gives that up by declining it: it is shown as vacant "
            "until somebody takes it over.",
            exits=_EXITS,
        ),
        agreement_decided.DECIDE,
        Command(
            "agreement amend",
            "Propose a change: another version, which lists what it changes.",
            amend,
            (
                _AGREEMENT,
                *TERMS,
                Argument(("--drop",), "A term that is to go: until, equation …", kind="repeat", metavar="TERM"),
                Argument(("--leaves",), "A party that goes (good, or bad).", kind="repeat", metavar="WHO[:HOW]"),
                _UNSIGNED,
                AS,
            ),
            text="What is not said stays as it is; lists are given anew as a whole. The version before stays in force "
            "until enough parties have signed. Where two versions were signed by all, this one follows both and so "
            "decides between them. Who is to leave does not propose that, but signs it like the others. What was "
            "agreed for leavers (--leaver) says what becomes of unpaid claims; what an equation gives somebody by name "
            "goes on until it is changed.",
            examples=(
                ("Worth more from now on", "meshnode agreement amend Logo --worth '8000 EUR'"),
                ("Ben leaves, for good reason", "meshnode agreement amend Logo --leaves Ben:good"),
            ),
            exits=(*_EXITS, Exit.VERIFICATION),
        ),
        Command(
            "agreement end",
            "Propose that an agreement ends on a day.",
            end,
            (_AGREEMENT, Argument(("--until",), "The last day of work and income.", metavar="DATE", required=True), AS),
            text="It ends by a last version that enough parties sign. What was earned until then is still paid.",
            exits=_EXITS,
        ),
        Command(
            "agreement presets",
            "Explain ready-made terms, with examples. Needs no node.",
            presets,
            (Argument(("preset",), "One of them.", optional=True),),
        ),
    )
}
