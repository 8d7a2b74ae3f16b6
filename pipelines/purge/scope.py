"""What a purge covers."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Scope:
    """Spawns of a session or of a project (or of anybody: both None), that were spawned before a moment."""

    before: datetime
    session: str | None = None
    project: str | None = None
    is_all: bool = False

    def parameters(self) -> dict[str, Any]:
        """Return the values that the statements take; `everybodys_before` is null where a name narrows the scope."""
        is_named = self.session is not None or self.project is not None
        return asdict(self) | {"everybodys_before": None if is_named else self.before}
