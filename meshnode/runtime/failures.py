"""What ends a node. Whoever only has to name it, as the program's endings do, loads nothing of the node for that."""


class StoreFailed(Exception):
    """A commit failed: what is in memory may be ahead of the disk, so the node must stop. `cause` says why."""

    def __init__(self, cause: BaseException) -> None:
        self.cause = cause
        super().__init__(f"the records could not be written: {cause}")
