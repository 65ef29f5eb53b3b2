"""What a peer did that ends its connection."""

from meshnode.net.transport import CloseReason


class Violation(Exception):
    """The peer broke the rules of the layers below our protocol; its connection is closed for `reason`."""

    def __init__(self, reason: CloseReason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")
