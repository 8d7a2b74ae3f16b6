"""What a purge covers."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Scope:
    """Spawns that were spawned before a moment: of a session, of projects, of a person, of a machine; or anybody's.

    `projects` are all names that what is meant goes by, each a whole path or repository.
    """

    before: datetime
    session: str | None = None
    projects: tuple[str, ...] = ()
    is_all: bool = False
    user: str | None = None
    host: str | None = None

    @property
    def is_everybodys(self) -> bool:
        """Whether no name narrows the scope."""
        return not (self.session or self.projects or self.user or self.host)

    def parameters(self) -> dict[str, Any]:
        """Return the values that the statements take; `everybodys_before` is null where a name narrows the scope."""
        everybodys = {"everybodys_before": self.before if self.is_everybodys else None}
        return asdict(self) | {"projects": list(self.projects)} | everybodys
