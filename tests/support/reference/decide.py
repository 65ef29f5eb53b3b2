"""Whether a record is valid, all steps together."""

from meshproto.records.record import Record
from tests.support.reference.agreements import check_agreement_rules
from tests.support.reference.rules import check_rules
from tests.support.reference.validity import Stop, authority, genesis, reach, understood
from tests.support.reference.world import Said, World


def check(world: World, record: Record) -> Said:
    """Decide a record whose past is decided, up to step 14."""
    try:
        reach(world, record)
        if not record.scope and record.type != "agreement":
            return genesis(record)
        case = understood(world, record)
        authority(case)
        if world.kind(record.home) == "L":
            check_agreement_rules(case)
        check_rules(case)
    except Stop as stop:
        return stop.said
    return Said("yes")
