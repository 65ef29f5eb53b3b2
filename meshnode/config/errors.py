"""What is wrong with a setting."""

from dataclasses import dataclass


@dataclass(slots=True)
class SettingsError(Exception):
    """A setting cannot be taken: where it was said, which one, why, and what to do."""

    origin: str
    path: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.origin}: {self.path}: {self.reason}" if self.path else f"{self.origin}: {self.reason}"
