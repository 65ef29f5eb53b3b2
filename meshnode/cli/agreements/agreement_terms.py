"""The terms of a new agreement: from a file, from options, from presets, and from a person who is asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.agreements.agreement_asked import USUAL, ask_consent, ask_people, ask_preset
from meshnode.cli.agreements.agreement_file import MANUAL, read_file
from meshnode.cli.commands import Argument
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.parsing import Value
from meshnode.words.money import UnclearMoney, parse_money
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.terms.presets import Chosen, Preset

LEAVER = (("good", "keep"), ("good", "once"), ("bad", "keep"), ("bad", "drop_unpaid"))
"""How somebody leaves, and what may be agreed for that."""
ROLES = ("provider", "client", "holder", "arbiter", "commons")
PRESETS = ("hours", "hours-rate", "points", "equal", "shares", "slices", "livelihood", "waterfall", "commons")
"""As in `meshnode.terms.presets`, which takes a while to load."""
LARGEST_DOC = 64 << 20
"""Bytes of a text that belongs to an agreement."""


def read_terms(desk: Desk, said: Mapping[str, Value]) -> dict[str, object]:
    """The terms of a new agreement as the API takes them; asks on a terminal for what is needed. Raises Failure."""
    file = _text(said, "file")
    terms: dict[str, object] = read_file(file) if file else {}
    terms.update(_from_options(said))
    if file:
        if preset := _preset_in(terms, file) or _text(said, "preset"):
            _with_preset(terms, preset, said)
        return terms
    is_asked = desk.can_ask and not _text(said, "preset")
    ask_people(desk, terms)
    _add_oneself(terms)
    figures = dict(said)
    preset = ask_preset(desk, _providers(terms), figures) if is_asked else _text(said, "preset") or USUAL
    chosen = _with_preset(terms, preset, figures)
    if is_asked:
        from meshnode.terms.presets import PRESETS as KNOWN

        ask_consent(desk, KNOWN[preset], chosen)
    return terms


def _preset_in(terms: dict[str, object], file: str) -> str:
    """The preset that a file names, which is no term itself; empty if it names none. Raises Failure."""
    preset = terms.pop("preset", "")
    if preset and preset not in PRESETS:
        from meshnode.views.names import like

        near = like(str(preset), PRESETS)
        why = f"{clean(file)} is refused at preset: {clean(str(preset))!r} is none of {', '.join(PRESETS)}{near}"
        raise Failure(Exit.VERIFICATION, why, "meshnode agreement presets")
    return str(preset)


def _add_oneself(terms: dict[str, object]) -> None:
    parties = terms.get("parties")
    if isinstance(parties, list) and not any(each["who"].casefold() == "me" for each in parties):
        # Whoever proposes is a party; who works there usually holds the money, too, unless somebody else does.
        roles = ["provider"] if any("holder" in each["roles"] for each in parties) else ["provider", "holder"]
        parties.insert(0, {"who": "me", "roles": roles})


def changed_terms(said: Mapping[str, Value]) -> dict[str, object]:
    """What a later version changes, from a file and options. Raises Failure."""
    file = _text(said, "file")
    terms = {**(read_file(file) if file else {}), **_from_options(said)}
    if preset := _preset_in(terms, file) or _text(said, "preset"):
        _with_preset(terms, preset, said)
    drop = _texts(said, "drop")
    if drop:
        terms["drop"] = drop
    if leaves := _texts(said, "leaves"):
        terms["leaves"] = [_leaver(each) for each in leaves]
    if not terms:
        raise Failure(Exit.USAGE, "nothing is changed by that", "meshnode agreement amend --help")
    return terms


def _from_options(said: Mapping[str, Value]) -> dict[str, object]:
    terms: dict[str, object] = {}
    for name in ("title", "summary", "from", "until", "late", "licence"):
        if text := _text(said, name if name != "from" else "first"):
            terms[name] = text
    parties = [_party(each) for each in _texts(said, "party")]
    parties += [{"who": each, "roles": ["client"]} for each in _texts(said, "client")]
    if parties:
        terms["parties"] = parties
    if worth := _text(said, "worth"):
        terms["worth"] = dict(zip(("amt", "cur"), _money(worth), strict=True))
    for name in ("named", "covers", "audience"):
        if names := _texts(said, name):
            terms[name] = names
    if answers := _texts(said, "answers"):
        terms["responsibility"] = [_duty(each) for each in answers]
    if doc := _text(said, "doc"):
        terms["doc"] = _digest_of(doc)
        terms["prevails"] = _text(said, "prevails") or "doc"
    if licence := terms.pop("licence", None):
        terms["rights"] = {"results": {"licence": licence}, "attribution": True}
    if leaver := _texts(said, "leaver"):
        terms["leaver"] = dict(_leaver_terms(each) for each in leaver)
    if confirm := _text(said, "confirm"):
        terms["income_confirm"] = confirm
    for name in ("approval", "amendment"):
        if rule := _text(said, name):
            terms[name] = int(rule) if rule.isascii() and rule.isdecimal() and len(rule) < 4 else rule
    if isinstance(ack := said.get("ack"), int):
        terms["ack"] = {"min": ack, "by": "parties"}
    return terms


def _with_preset(terms: dict[str, object], name: str, said: Mapping[str, Value]) -> Chosen:
    """Put in what a preset says, unless something else was said."""
    from meshnode.terms.presets import PRESETS as KNOWN

    preset = KNOWN[name]
    chosen = _chosen(terms, preset, said)
    equation = preset.equation(chosen)
    for term, value in {**preset.rules, **({"equation": equation} if equation else {})}.items():
        terms.setdefault(term, value)
    return chosen


def given(preset: Preset, said: Mapping[str, Value]) -> Chosen | None:
    """What was said of people and figures, for two at least; None where it is less. Raises Failure."""
    if not any(said.get(each) for each in ("party", "rate", "share", "claim")):
        return None
    terms = _from_options(said)
    chosen = _chosen(terms, preset, said)
    people = [*dict.fromkeys([*chosen.rates, *chosen.shares, *chosen.claims, *chosen.parties])]
    if len(people) < 2 and "me" not in map(str.casefold, people):
        people.insert(0, "me")
    return chosen._replace(parties=people) if len(people) > 1 else None


def _chosen(terms: Mapping[str, object], preset: Preset, said: Mapping[str, Value]) -> Chosen:
    from meshnode.terms.presets import Chosen

    rates, shares, claims = (_figures(said, each) for each in ("rate", "share", "claim"))
    _must_have(preset, {"rates": rates, "shares": shares, "claims": claims})
    figures = [_money(figure.partition("/")[0]) for figure in rates.values()]
    owed = {who: _money(figure) for who, figure in claims.items()}
    cur = _one_currency(said, [*figures, *owed.values()])
    _must_name_all(preset, rates, _providers(terms, "provider"))
    return Chosen(
        parties=_providers(terms, "provider", "commons"),
        cur=cur,
        rates={who: [amount, 1] for who, (amount, _) in zip(rates, figures, strict=True)},
        shares={who: _part(figure) for who, figure in shares.items()},
        claims={who: amount for who, (amount, _) in owed.items()},
        commons=_text(said, "commons"),
    )


def _providers(terms: Mapping[str, object], *roles: str) -> list[str]:
    """Who works there, or has one of these roles."""
    parties = terms.get("parties")
    wanted = roles or ("provider",)
    found = parties if isinstance(parties, list) else []
    return [str(each["who"]) for each in found if not set(wanted).isdisjoint(each["roles"])]


def _one_currency(said: Mapping[str, Value], sums: list[tuple[int, str]]) -> str:
    """The one currency that is shared: the one named, that of the rates and claims, or of what it is worth."""
    named = _text(said, "cur").upper()
    used = sorted({cur for _, cur in sums} | ({named} if named else set()))
    if len(used) > 1:
        why = f"these figures are in {' and '.join(used)}: an agreement shares one currency"
        raise Failure(Exit.USAGE, why, MANUAL)
    worth = _text(said, "worth")
    return used[0] if used else _money(worth)[1] if worth else "EUR"


def _must_name_all(preset: Preset, rates: Mapping[str, str], providers: list[str]) -> None:
    """Refuse rates for some only: the work of the others would weigh nothing. Raises Failure."""
    named = {each.casefold() for each in rates}
    missing = [each for each in providers if each.casefold() not in named]
    if named.difference(map(str.casefold, providers)):
        missing = [each for each in missing if each.casefold() != "me"]  # who is proposing may have written their name
    if rates and missing and "*" not in rates:
        why = f"{preset.name} has no rate for {' and '.join(map(clean, missing))}, whose work would weigh nothing"
        raise Failure(Exit.USAGE, why, f"meshnode agreement presets {preset.name}")


def _must_have(preset: Preset, given: Mapping[str, Mapping[str, str]]) -> None:
    flags = {"rates": "--rate 'Ben:8.00 EUR/h'", "shares": "--share Ben:400", "claims": "--claim 'Ben:500 EUR'"}
    for need in preset.needs:
        if not given[need]:
            why = f"{preset.name} needs figures of everybody: {flags[need]}, once for each"
            raise Failure(Exit.USAGE, why, f"meshnode agreement presets {preset.name}")


def _figures(said: Mapping[str, Value], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in _texts(said, name):
        who, colon, figure = each.rpartition(":")
        if not colon or not who.strip() or not figure.strip():
            raise Failure(
                Exit.USAGE, f"--{name} names somebody and a figure, such as Ben:400, not {clean(each)!r}", MANUAL
            )
        found[who.strip()] = figure.strip()
    return found


def _party(text: str) -> dict[str, object]:
    """`Ben`, or `Ben:provider,holder`."""
    who, colon, roles = text.rpartition(":")
    if not colon:
        return {"who": text.strip(), "roles": ["provider"]}
    wanted = [each.strip() for each in roles.split(",")]
    if not who.strip() or not set(wanted) <= {*ROLES}:
        raise Failure(Exit.USAGE, f"{clean(text)!r} is no party: write Ben, or Ben:{','.join(ROLES[:3])}", MANUAL)
    return {"who": who.strip(), "roles": wanted}


def _leaver(text: str) -> dict[str, object]:
    """`Ben`, or `Ben:bad`."""
    who, colon, how = text.rpartition(":")
    if not colon:
        return {"who": text.strip(), "how": "good"}
    if not who.strip() or how.strip() not in ("good", "bad"):
        raise Failure(Exit.USAGE, f"--leaves names who goes, such as Ben or Ben:bad, not {clean(text)!r}", MANUAL)
    return {"who": who.strip(), "how": how.strip()}


def _leaver_terms(text: str) -> tuple[str, str]:
    """`good:keep` or `bad:drop_unpaid`: what becomes of the claims of who leaves."""
    how, _, what = (part.strip() for part in text.partition(":"))
    if (how, what) not in LEAVER:
        options = ", ".join(f"{one}:{other}" for one, other in LEAVER)
        raise Failure(Exit.USAGE, f"--leaver is one of {options}, not {clean(text)!r}", MANUAL)
    return how, what


def _duty(text: str) -> dict[str, object]:
    """`Blue Ltd:Acme` or `Blue Ltd:Acme:design`: who answers to whom, for what."""
    parts = [each.strip() for each in text.split(":")]
    if len(parts) not in (2, 3) or not all(parts):
        raise Failure(Exit.USAGE, f"--answers says who answers to whom, such as Ben:Acme, not {clean(text)!r}", MANUAL)
    final, to, *scope = parts
    return {"final": final, "to": to, **({"scope": scope[0]} if scope else {})}


def _part(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,4})(\s*%)?", text)
    if found is None:
        raise Failure(Exit.USAGE, f"{clean(text)!r} is no part: write one of 1000, or a percentage", MANUAL)
    return int(found[1]) * (10 if found[2] else 1)


def _digest_of(name: str) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        with Path(name).open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
                size += len(piece)
                if size > LARGEST_DOC:
                    raise Failure(
                        Exit.USAGE, f"{clean(name)} is too long for the text of an agreement (64 MiB)", MANUAL
                    )
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(name)} cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _money(text: str) -> tuple[int, str]:
    try:
        return parse_money(text)
    except UnclearMoney as error:
        raise Failure(Exit.USAGE, str(error), MANUAL) from error


def _text(said: Mapping[str, Value], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""


def _texts(said: Mapping[str, Value], name: str) -> list[str]:
    found = said.get(name)
    return found if isinstance(found, list) else []


TERMS = (
    Argument(("--title",), "What it is about."),
    Argument(("--summary",), "A few sentences more.", metavar="TEXT"),
    Argument(
        ("--party",),
        f"Somebody who agrees, and as what ({', '.join(ROLES)}); provider if nothing is said.",
        kind="repeat",
        metavar="WHO[:ROLES]",
    ),
    Argument(("--client",), "A party for whom it is done.", kind="repeat", metavar="WHO"),
    Argument(("--preset",), "How money is shared: see `meshnode agreement presets`.", choices=PRESETS),
    Argument(("--rate",), "Somebody's rate, such as 'Ben:8.00 EUR/h'.", kind="repeat", metavar="WHO:RATE"),
    Argument(("--share",), "Somebody's part of 1000, or a percentage.", kind="repeat", metavar="WHO:PART"),
    Argument(("--claim",), "What somebody is owed first, such as 'Ben:500 EUR'.", kind="repeat", metavar="WHO:MONEY"),
    Argument(("--commons",), "Who takes a tenth for the commons (waterfall).", metavar="WHO"),
    Argument(("--cur",), "The currency that is shared.", metavar="CUR"),
    Argument(("--worth",), "What it is worth at most, for mandates of staff: 5000 EUR.", metavar="MONEY"),
    Argument(("--answers",), "Who answers to whom, for what.", kind="repeat", metavar="WHO:TO[:WHAT]"),
    Argument(("--licence",), "Under which licence others may use the results.", metavar="SPDX"),
    Argument(("--ack",), "How many of the others must confirm work before it counts.", kind="number", metavar="N"),
    Argument(("--confirm",), "Who confirms an income before it is shared.", choices=("none", "client", "party")),
    Argument(("--late",), "What becomes of work that is confirmed late.", choices=("next", "catch_up", "exclude")),
    Argument(
        ("--leaver",),
        "What becomes of the claims of who leaves: good:keep or good:once, bad:keep or bad:drop_unpaid.",
        kind="repeat",
        metavar="HOW:WHAT",
    ),
    Argument(("--approval",), "Who approves how an income is shared: all, arbiter, or how many.", metavar="RULE"),
    Argument(("--amendment",), "Who agrees to a change: all, or how many of the parties.", metavar="RULE"),
    Argument(("--covers",), "A project it is about.", kind="repeat", metavar="PROJECT"),
    Argument(("--audience",), "A network whose members may read it.", kind="repeat", metavar="NETWORK"),
    Argument(("--named",), "Somebody who may read and write there without signing.", kind="repeat", metavar="WHO"),
    Argument(("--from",), "From which day it holds; today if nothing is said.", metavar="DATE", into="first"),
    Argument(("--until",), "Until which day work and income belong to it.", metavar="DATE"),
    Argument(
        ("--doc",),
        "A text that belongs to it; only its SHA-256 is signed.",
        complete="file",
        metavar="FILE",
    ),
    Argument(
        ("--prevails",),
        "Which holds where text and terms differ.",
        choices=("doc", "data"),
    ),
    Argument(("--file",), "All terms from a file, .json or .toml.", complete="file", metavar="FILE"),
)
