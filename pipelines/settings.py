"""Every setting and environment variable of the nightly run, typed, in one place."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from recommender.home import data_home


class Settings(BaseSettings):
    """What a person may choose. Each field is `SPAWNWISE_<NAME>` in the environment unless its alias says otherwise."""

    model_config = SettingsConfigDict(env_prefix="SPAWNWISE_", extra="ignore", populate_by_name=True)

    home: Path = Field(default_factory=data_home)
    database_url: SecretStr | None = Field(default=None, alias="DATABASE_URL")

    logs: Annotated[tuple[Path, ...], NoDecode] = ()
    specs: Annotated[tuple[Path, ...], NoDecode] = ()

    embedder: Literal["local", "openai"] = "local"
    embedding_model: str = "text-embedding-3-small"
    embedding_batch_size: int = Field(default=256, ge=1, le=2048)

    half_life_days: float = Field(default=90.0, gt=0)
    tolerated_gap: float = Field(default=0.03, ge=0, le=1)
    success_floor: float = Field(default=0.5, ge=0, le=1)
    required_probability: float = Field(default=0.9, gt=0.5, lt=1)
    minimum_evidence: float = Field(default=3.0, ge=1)
    propensity_limit: float = Field(default=10.0, ge=1)
    version_discount: float = Field(default=0.5, gt=0, le=1)
    exploration_share: float = Field(default=0.0, ge=0, le=1)
    candidate_models: Annotated[tuple[str, ...], NoDecode] = ()
    protected_agents: Annotated[tuple[str, ...], NoDecode] = ()
    default_model: str = "sonnet"

    window_days: int = Field(default=30, ge=1)
    overloaded_min_tasks: int = Field(default=50, ge=1)
    overloaded_max_success: float = Field(default=0.8, ge=0, le=1)
    gap_quantile: float = Field(default=0.9, gt=0, lt=1)

    schedule: str = "0 2 * * *"
    schedule_enabled: bool = True

    @field_validator("logs", "specs", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        """Accept a path list as the shell writes one."""
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("protected_agents", "candidate_models", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        """Accept names separated by commas; a plugin's agent has a colon in its name."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def postgres_folder(self) -> Path:
        """Data folder of the embedded server."""
        return self.home / "postgres"

    @property
    def dagster_folder(self) -> Path:
        """Dagster's instance folder: run history, event log, compute logs."""
        return self.home / "dagster"

    @property
    def dbt_folder(self) -> Path:
        """Where dbt writes its target and logs; the project itself may be read-only."""
        return self.home / "dbt"

    @property
    def snapshot_file(self) -> Path:
        """The recommender's snapshot."""
        return self.home / "snapshot.safetensors"

    @property
    def report_file(self) -> Path:
        """The nightly report."""
        return self.home / "report.html"
