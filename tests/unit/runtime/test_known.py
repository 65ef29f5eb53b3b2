from meshnode.runtime import known as known_module
from meshnode.runtime.hub import Hub
from meshnode.runtime.known import Known


class Library:
    """Counts how often something is looked up in it."""

    def __init__(self) -> None:
        self.asked = 0

    def look(self) -> int:
        self.asked += 1
        return self.asked


def test_what_was_looked_up_is_remembered_until_something_moves() -> None:
    views, commits, library = Hub(), Hub(), Library()
    known = Known(views, commits)
    assert [known.get("ana", library.look), known.get("ana", library.look)] == [1, 1]
    assert known.get("ben", library.look) == 2
    views.move()
    assert known.get("ana", library.look) == 3
    commits.move()
    assert [known.get("ana", library.look), known.get("ana", library.look)] == [4, 4]


def test_that_there_is_nothing_is_remembered_too() -> None:
    known, asked = Known(Hub()), list[str]()
    for _ in range(2):
        assert known.get("project", lambda: asked.append("asked")) is None
    assert asked == ["asked"]


def test_only_so_much_is_remembered() -> None:
    known, library = Known(Hub()), Library()
    for number in range(known_module.REMEMBERED + 10):
        known.get(number, library.look)
        assert len(known._answers) <= known_module.REMEMBERED
    assert known.get(known_module.REMEMBERED + 9, library.look) == known_module.REMEMBERED + 10
