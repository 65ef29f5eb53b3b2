"""What whoever has signed a contribution should know of what it counts for."""

from meshnode.runtime.office import Office
from meshnode.terms.doubts import doubts_of
from meshnode.views.dealings import last_shared, terms_now
from meshproto.fold.concerns import Concern, concern_of
from meshproto.fold.lineages import read_version
from meshproto.fold.wording import terms_of, work_of
from meshproto.records.ids import RecordId


def doubts(office: Office, record: RecordId) -> list[str]:
    """Sentences about a contribution that was just signed; none where it stands under no agreement."""
    stored = office.node.record(record)
    assert stored is not None, "it was just signed"
    if stored.type != "contribution" or stored.home == office.notebook or office.truth.network(stored.home):
        return []
    with office.folded.steady():
        if read_version(office.folded, stored.home) is None:
            return []
        version = terms_now(stored.home, office.folded)
        before = last_shared(stored.home, office.folded)
        shared_to = concern_of(office.folded, before).facts["to"] if before else ""
    work = work_of(record, Concern(stored.author, stored.facts), ())
    return doubts_of(version, terms_of(version) if "value_equation" in version else None, work, shared_to)
