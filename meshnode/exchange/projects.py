"""Which project an imported entry belongs to: the names of the source matched with the projects of the scope."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meshnode.core.drafts import Draft
from meshnode.exchange.entries import Entry
from meshnode.exchange.options import Wishes
from meshnode.exchange.ports import Placement, ProjectName
from meshnode.runtime.desk import Desk
from meshnode.views.names import slug
from meshproto.records.ids import RecordId, ScopeId
from meshproto.types import coordination


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """Where the entries of one import go."""

    given: bytes | None
    """One project for all."""
    known: dict[str, RecordId]
    """By slug."""
    unknown: dict[str, int]
    """Names of the source that no project here has, with the number of their entries."""
    create: bool
    """Whether projects are made for the unknown names."""

    @property
    def open(self) -> bool:
        """Whether the user has to decide first what becomes of unknown names."""
        return bool(self.unknown) and not self.create

    def of(self, entry: Entry) -> bytes | None:
        """The project of one entry."""
        return self.given if self.given is not None or not entry.project else self.known.get(slug(entry.project))


def plan_projects(
    entries: Iterable[Entry], here: Sequence[ProjectName], placement: Placement, wanted: Wishes
) -> ProjectPlan:
    """Match the names of the source with projects, by their slugs; nothing is created yet."""
    if placement.project is not None or wanted.without_projects:
        return ProjectPlan(placement.project, {}, {}, False)
    known = {slug(project.title): project.id for project in here if slug(project.title)}
    known |= {project.slug: project.id for project in here if project.slug}
    counts = Counter(entry.project for entry in entries if slug(entry.project))
    unknown = {name: number for name, number in counts.items() if slug(name) not in known}
    return ProjectPlan(None, known, unknown, wanted.create_projects)


async def create_projects(plan: ProjectPlan, scope: ScopeId, desk: Desk, most: int) -> ProjectPlan:
    """Write the projects that are missing, at most `most` in one commit. After a crash they are found again."""
    names = list({slug(name): name for name in reversed(plan.unknown)}.items())  # of names with one slug the first
    known = dict(plan.known)
    for start in range(0, len(names), most):
        some = names[start : start + most]
        drafts = [Draft(scope, "project", coordination.project(), {"title": name}) for _, name in some]
        known.update(zip((key for key, _ in some), await desk.write(drafts), strict=True))
    return ProjectPlan(plan.given, known, {}, plan.create)
