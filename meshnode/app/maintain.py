"""Looking after the databases of a home while no node runs: `db check`, `db rebuild`, `db vacuum`."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from meshnode.config.places import Places
from meshnode.runtime.watching.finding import Finding
from meshnode.store.check import Damage, examine_file
from meshnode.store.errors import StoreError, StoreTooNew
from meshnode.store.home import Home
from meshnode.store.maintenance import Packed, examine_pages, pack, size_of
from meshnode.store.store import open_reader
from meshnode.store.views import discard

RECORDS_FIX = "meshnode up: what is damaged is set aside and asked of the peers"
LISTED = 5
"""Damages listed one by one; the rest is counted."""


class Rebuilt(NamedTuple):
    """What throwing the views away has freed, in bytes."""

    freed: int


def check(places: Places) -> list[Finding]:
    """Check both databases: every page, record, signature and chain. Raises HomeError, StoreTooNew."""
    with Home(places.data) as home:
        _refuse_newer(home)
        found = [told("records", partial(examine_file, home.records), RECORDS_FIX)] if home.records.exists() else []
        if home.views.exists():
            found.append(told("views", partial(examine_pages, home.views), "meshnode db rebuild"))
    return found


def rebuild(places: Places) -> Rebuilt:
    """Throw away what the next start computes anew from the records. Raises HomeError, StoreTooNew."""
    with Home(places.data) as home:
        _refuse_newer(home)
        freed = size_of(home.views)
        discard(home.views)
    return Rebuilt(freed)


def vacuum(places: Places) -> list[Packed]:
    """Write both databases anew without gaps. Raises HomeError, StoreError."""
    with Home(places.data) as home:
        _refuse_newer(home)
        return [pack(path) for path in (home.records, home.views) if path.exists()]


def _refuse_newer(home: Home) -> None:
    """Leave a home alone that a newer program wrote: what is right in it only that one can tell. Raises StoreTooNew."""
    if home.records.exists():
        try:
            open_reader(home.records).close()
        except StoreTooNew:
            raise
        except StoreError:
            return  # It is told of with the rest.


def told(name: str, examine: Callable[[], list[Damage]], fix: str) -> Finding:
    """What an examination of a database came to."""
    try:
        damages = examine()
    except StoreTooNew as error:
        return Finding(name, "fail", str(error), "meshnode --version")
    except StoreError as error:
        return Finding(name, "fail", str(error), fix)
    if not damages:
        return Finding(name, "ok", "everything is what was written")
    listed = "; ".join(f"{damage.where}: {damage.what}" for damage in damages[:LISTED])
    more = f" and {len(damages) - LISTED} more" if len(damages) > LISTED else ""
    return Finding(name, "fail", f"damaged: {listed}{more}", fix)
