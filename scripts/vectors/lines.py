"""Cases for lines that are pasted (10-lines)."""

from meshproto.lines.cards import CardLine
from meshproto.lines.reading import (
    ASK,
    CARD,
    DEVICE,
    INVITATION,
    LONGEST,
    OFFER,
    RECOVERY,
    YES,
    AskLine,
    DeviceLine,
    InvitationLine,
    Line,
    OfferLine,
    RecoveryLine,
    YesLine,
    write_line,
)
from meshproto.lines.sealing import seal
from meshproto.records.encoding import Value, encode
from meshproto.records.log import Run
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority
from scripts.vectors.cases import NOON, Case, key, log_of, network, person, private_part, record, seed, work

PEER = "12D3KooWGRUVh3s3Gqh4hcCC6kUVfL4hH9KkMsBUGUCmLtB1Tjn5"
OTHER_PEER = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"
_PLACES = ("/ip4/192.0.2.7/tcp/4401", "/ip6/2001:db8::7/tcp/4401", "/dns/ana.example/tcp/443")
_SECRET = seed("secret of a line")[:16]
_PEER = b"\x00" + seed("peer of a line")
_CONTEXT = b"meshnode/1 card\n"


def cases() -> list[Case]:
    """All cases about lines."""
    return [*_taken(), *_pasted(), *_form(), *_shapes(), *_places(), *_cards()]


def _taken() -> list[Case]:
    alice, notebook = seed("agent of a line"), seed("notebook of a line")
    rotate = authority.rotate(key("next").public, person("alice").id, (), recovery=([seed("digest")], 1))
    lines: list[tuple[str, Line]] = [
        ("an invitation", InvitationLine(_SECRET, 29_000_000, PEER, _PLACES)),
        ("an invitation without end and without an address", InvitationLine(_SECRET, 0, PEER, ())),
        ("a new device", DeviceLine(alice, notebook, _SECRET, PEER, _PLACES[:2])),
        ("somebody vouches", RecoveryLine(alice, _SECRET, PEER, _PLACES[2:])),
        ("a peer that is no Ed25519 key", RecoveryLine(alice, _SECRET, OTHER_PEER, ())),
        ("an address that is written out", RecoveryLine(alice, _SECRET, PEER, ("/dns4/ana.example/tcp/443",))),
        ("a recovery key is offered", OfferLine(bytes(key("guard").public))),
        ("a rotate is to be signed", AskLine(rotate)),
        ("a rotate was signed", YesLine(bytes(key("guard").public), key("guard").sign(seed("some facts")))),
        ("a card", _card(_PLACES)),
        ("a card that says of no address", _card(())),
        ("a card with a private part", _card((), privates=True)),
    ]
    return [_case(name, write_line(line)) for name, line in lines]


def _pasted() -> list[Case]:
    invitation = write_line(InvitationLine(_SECRET, 29_000_000, PEER, _PLACES[:1]))
    offer = write_line(OfferLine(bytes(key("guard").public)))
    return [
        _case("white space in it", f" {invitation[:30]}\r\n\t{invitation[30:]}\v\f"),
        _case("an invitation in capitals", invitation.upper()),
        _case("an invitation in a link", f"meshnode:join/{invitation}"),
        _case("an invitation in a link in capitals", f"MESHNODE:JOIN/{invitation.upper()}"),
        _case("another line in a link", f"meshnode:line/{offer}"),
        _case("another line in a link of invitations", f"meshnode:join/{offer}", Reason.N_KIND),
        _case("another line in capitals", offer.upper(), Reason.N_KIND),
        _case("nothing", "", Reason.N_KIND),
        _case("something else", "bafkreiabc@/ip4/192.0.2.7/tcp/4401", Reason.N_KIND),
        _case("a kind of another version", offer.replace("guard1.", "guard2."), Reason.N_KIND),
        _case("only a beginning", OFFER, Reason.N_SUM),
        _case("an invitation of nothing", INVITATION, Reason.N_SUM),
    ]


def _form() -> list[Case]:
    offer = write_line(OfferLine(bytes(key("guard").public)))
    invitation = write_line(InvitationLine(_SECRET, 0, PEER, ()))
    long = {INVITATION: "a", DEVICE: "A", RECOVERY: "A", CARD: "A", OFFER: "A", ASK: "A", YES: "A"}
    return [
        *(
            _case(f"a letter too many: {kind}", kind + letter * (LONGEST[kind] + 1 - len(kind)), Reason.N_SIZE)
            for kind, letter in long.items()
        ),
        _case("as many letters as may be", OFFER + "A" * (LONGEST[OFFER] - len(OFFER)), Reason.N_SUM),
        _case("a letter is missing", offer[:-1], Reason.N_SUM),
        _case("a letter more", offer + "A", Reason.N_SUM),
        _case("another letter", offer[:9] + ("B" if offer[9] == "A" else "A") + offer[10:], Reason.N_SUM),
        _case("a letter of no alphabet", offer[:9] + "." + offer[10:], Reason.N_SUM),
        _case("a letter beyond ASCII", offer[:9] + "é" + offer[10:], Reason.N_SUM),
        _case("the other base64", offer[:9] + "+" + offer[10:], Reason.N_SUM),
        _case("padding", offer + "=", Reason.N_SUM),
        _case("bits beyond the last byte", _with_a_bit_more(offer), Reason.N_SUM),
        _case("another letter of an invitation", invitation[:-1] + "1", Reason.N_SUM),
        _case("a letter more of an invitation", invitation + "a", Reason.N_SUM),
        _case("three bytes", OFFER + "AAAA", Reason.N_SUM),
        _case("an invitation of version 2", seal(INVITATION, b"\x02" + _SECRET + bytes(4) + _PEER), Reason.N_VERSION),
        _case("an invitation without a version", seal(INVITATION, b""), Reason.N_VERSION),
        _case("a card of version 2", seal(CARD, b"\x02" + bytes(64) + encode([])), Reason.N_VERSION),
    ]


def _with_a_bit_more(line: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return line[:-1] + letters[letters.index(line[-1]) + 1]


def _shapes() -> list[Case]:
    short: list[tuple[str, str, bytes]] = [
        ("an invitation without minutes", INVITATION, b"\x01" + _SECRET + bytes(3)),
        ("a new device without a secret", DEVICE, bytes(79)),
        ("a vouching without a secret", RECOVERY, bytes(47)),
        ("31 bytes of a key", OFFER, bytes(31)),
        ("33 bytes of a key", OFFER, bytes(33)),
        ("a signature of 63 bytes", YES, bytes(95)),
        ("facts that are no map", ASK, encode([1])),
        ("facts of no rotate", ASK, encode({"root": b"", "keys": []})),
    ]
    return [
        *(_case(name, seal(kind, body), Reason.N_SHAPE) for name, kind, body in short),
        _case("facts that are not canonical", seal(ASK, b"\xd9\x01a"), Reason.E_LONG),
        _case("facts that end", seal(ASK, b"\x81"), Reason.E_END),
    ]


def _places() -> list[Case]:
    def vouch(place: bytes) -> str:
        return seal(RECOVERY, bytes(32) + _SECRET + place)

    read = [
        ("an address of zeros", b"\x06" + bytes(16) + b"\x00\x01"),
        ("zeros at the beginning", b"\x06" + bytes(15) + b"\x01\x00\x50"),
        ("zeros at the end", b"\x06" + b"\x20\x01" + bytes(14) + b"\xff\xff"),
        ("two runs of zeros of one length", b"\x06" + bytes.fromhex("20010000000000010000000000010001") + b"\x00\x01"),
        ("one zero", b"\x06" + bytes.fromhex("20010000000100010001000100010001") + b"\x00\x01"),
        ("an IPv4 address in an IPv6 one", b"\x06" + bytes(10) + b"\xff\xff\xc0\x00\x02\x07" + b"\x00\x01"),
        ("no zeros", b"\x06" + bytes.fromhex("20010db8000100010001000100010001") + b"\x00\x01"),
        ("port 0", b"\x04" + bytes(4) + bytes(2)),
    ]
    refused = [
        ("no peer", b""),
        ("a peer of 31 bytes", b"\x00" + bytes(31)),
        ("a peer whose name ends", b"\x05" + b"abcd"),
        ("a peer with a space", b"\x03a b"),
        ("a peer beyond ASCII", b"\x02\xc3\xa9"),
        ("an address of an unknown kind", _PEER + b"\x02" + bytes(8)),
        ("an IPv4 address that ends", _PEER + b"\x04" + bytes(3)),
        ("an IPv6 address without a port", _PEER + b"\x06" + bytes(17)),
        ("a host of no letters", _PEER + b"\x01\x00\x00\x50"),
        ("a host without a port", _PEER + b"\x01\x01a\x00"),
        ("a host with a control character", _PEER + b"\x01\x01\x1b\x00\x50"),
        ("a text that ends", _PEER + b"\x00\x05/dns"),
        ("a text of no letters", _PEER + b"\x00\x00"),
        ("a text without a length", _PEER + b"\x00"),
    ]
    return [
        *(_case(f"IPv6: {name}" if place[0] == 6 else name, vouch(_PEER + place)) for name, place in read),
        *(_case(name, vouch(place), Reason.N_PLACE) for name, place in refused),
    ]


def _card(addresses: tuple[str, ...], *, privates: bool = False) -> CardLine:
    alice, part = person("alice"), private_part("Planted trees")
    records, parts = [alice], []
    if privates:
        done = record(key("alice"), "contribution", work(), before=alice, scope=alice.id, agent=alice.id, private=part)
        records, parts = [alice, done], [(done.id, part)]
    run = Run(tuple(records), key("alice").sign(records[-1].id))
    public, peer = bytes(key("alice").public), PEER if addresses else ""
    card = CardLine(alice.id, alice.id, public, NOON, peer, addresses, (run,), tuple(parts))
    return card.signed(key("alice"))


def _said(**more: Value) -> str:
    """A card of which some elements are others, signed all the same."""
    alice = person("alice")
    said: dict[str, Value] = {
        "agent": alice.id,
        "person": alice.id,
        "key": bytes(key("alice").public),
        "at": NOON,
        "place": b"",
        "runs": [_run([alice])],
        "parts": [],
    }
    return _signed(encode([*{**said, **more}.values()]))


def _signed(raw: bytes, name: str = "alice") -> str:
    return seal(CARD, b"\x01" + key(name).sign_bytes(_CONTEXT, raw) + raw)


def _run(records: list[Record], name: str = "alice") -> Value:
    return [[each.raw for each in records], key(name).sign(records[-1].id)]


def _cards() -> list[Case]:
    alice, bob = person("alice"), person("bob")
    club = network("club", alice)
    part = private_part("Some work")
    log = log_of(key("alice"), alice, 3)
    good: list[Value] = [alice.id, alice.id, bytes(key("alice").public), NOON, b"", [_run([alice])], []]
    raw = encode([*good])
    refused: list[tuple[str, str, Reason]] = [
        ("a card that says nothing", seal(CARD, b"\x01" + bytes(64)), Reason.E_END),
        ("a card with a signature of 10 bytes", seal(CARD, b"\x01" + bytes(10)), Reason.E_END),
        ("a card that is not canonical", _signed(b"\xd9\x01a"), Reason.E_LONG),
        ("a card that is a map", _signed(encode({"agent": alice.id})), Reason.N_SHAPE),
        ("a card of six", _signed(encode([*good[:6]])), Reason.N_SHAPE),
        ("a card of eight", _signed(encode([*good, 1])), Reason.N_SHAPE),
        ("an agent of 31 bytes", _said(agent=alice.id[:31]), Reason.N_SHAPE),
        ("an agent that is a text", _said(agent="alice"), Reason.N_SHAPE),
        ("a person of 33 bytes", _said(person=b"\x02" + alice.id), Reason.N_SHAPE),
        ("a key of 33 bytes", _said(key=b"\x02" + key("alice").public), Reason.N_SHAPE),
        ("made before 1970", _said(at=-1), Reason.N_SHAPE),
        ("made at true", _said(at=True), Reason.N_SHAPE),
        ("a place that is a text", _said(place=""), Reason.N_SHAPE),
        ("runs that are a map", _said(runs={}), Reason.N_SHAPE),
        ("parts that are bytes", _said(parts=b""), Reason.N_SHAPE),
        ("signed by somebody else", _signed(raw, "bob"), Reason.S_SIG),
        ("the key of somebody else", _said(key=bytes(key("bob").public)), Reason.S_SIG),
        ("a place without a peer", _said(place=b"\x05"), Reason.N_PLACE),
        ("a place with half an address", _said(place=_PEER + b"\x04"), Reason.N_PLACE),
        ("a run without a signature", _said(runs=[[[alice.raw]]]), Reason.N_SHAPE),
        ("a run that is bytes", _said(runs=[alice.raw]), Reason.N_SHAPE),
        ("a run of texts", _said(runs=[[["alice"], bytes(64)]]), Reason.N_SHAPE),
        ("a run of nothing", _said(runs=[[[], bytes(64)]]), Reason.L_EMPTY),
        ("a run whose signature is another's", _said(runs=[_run([alice], "bob")]), Reason.S_SIG),
        ("a run that leaves a number out", _said(runs=[_run([log[0], log[2]])]), Reason.L_SEQ),
        ("no records", _said(runs=[]), Reason.N_SHAPE),
        ("the records of somebody else", _said(runs=[_run([bob], "bob")]), Reason.N_SHAPE),
        ("a record without the genesis of its stream", _said(runs=[_run(log[1:])]), Reason.N_SHAPE),
        ("a network in it", _said(runs=[_run([alice]), _run([club], "club")]), Reason.N_SHAPE),
        ("a part of three", _said(parts=[[alice.id, part, 1]]), Reason.N_SHAPE),
        ("a part that is a text", _said(parts=[[alice.id, "part"]]), Reason.N_SHAPE),
        ("a part of a record that is not there", _said(parts=[[bob.id, part]]), Reason.N_SHAPE),
        ("a part of a record that has none", _said(parts=[[alice.id, part]]), Reason.V_NONE),
    ]
    both = _said(runs=[_run([alice]), _run([bob], "bob")])
    return [_case("with the records of another person", both), *(_case(*each) for each in refused)]


def _case(description: str, line: str, reason: Reason | None = None) -> Case:
    return Case(description, {"op": "line", "input": line}, reason)
