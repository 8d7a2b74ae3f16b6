"""Every setting and environment variable of the nightly run, typed, in one place."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

# Looking for plugins of pydantic in every installed package would take as long as the rest of a command's start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from pydantic import ByteSize, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.setting_values import Addresses, EmptyIsUnset, NameList, NumberList, PathList, PostgresUrl, Weights
from recommender.errors import SpawnwiseError
from recommender.settings import LookupSettings, data_home


class Settings(BaseSettings):
    """What a person may choose. Each field is `SPAWNWISE_<NAME>` in the environment unless its alias says otherwise."""

    model_config = SettingsConfigDict(env_prefix="SPAWNWISE_", extra="ignore", populate_by_name=True)

    def __init__(self, **given: Any) -> None:
        """Read the environment; raise `WrongSettingError` where a value cannot be used."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise WrongSettingError(error) from None

    home: Path = Field(default_factory=data_home, description="Folder that holds all data")
    database_url: PostgresUrl = Field(
        default=None, alias="DATABASE_URL", description="Postgres to use in place of the embedded one"
    )

    database_patience_s: float = Field(
        default=300.0, gt=0, description="How long Postgres may leave a learning run without an answer, in seconds"
    )

    logs: PathList = Field(default=(), description="Logs to read; else the Claude Code home")
    specs: PathList = Field(default=(), description="Agent specs to read; else those of the project and of the home")
    user: str | None = Field(default=None, description="Whose spawns logs hold that do not name a person")
    host: str | None = Field(default=None, description="Machine that logs come from which do not name one")
    pseudonyms: bool = Field(
        default=False, description="Whether marts and the report show people and machines under pseudonyms"
    )
    max_unpacked_bytes: ByteSize = Field(
        default=ByteSize(4_000_000_000),
        gt=0,
        description="Most that a packed log may unpack to; a line counts 2 KB more",
    )

    scheduler: Annotated[str | None, EmptyIsUnset] = Field(
        default=None,
        pattern=r"^(tcp|tls|ws|wss)://\S+$",
        description="Dask scheduler whose workers read and embed the logs; this machine where unset",
    )

    embedder: Literal["local", "openai"] = Field(default="local", description="What turns texts into vectors")
    embedding_model: str = Field(default=LookupSettings.embedding_model, description="Model of the openai embedder")
    embedding_batch_size: int = Field(default=256, ge=1, le=2048, description="Texts to embed and store at once")

    failure_cost: float = Field(
        default=LookupSettings.failure_cost,
        ge=0,
        description="What a failure costs, in units of a spawn on the model that would run",
    )
    success_floor: float = Field(
        default=LookupSettings.success_floor, ge=0, le=1, description="Success that a cheaper model must reach"
    )
    required_probability: float = Field(
        default=LookupSettings.required_probability,
        gt=0.5,
        lt=1,
        description="How sure it must be that a change is worth it",
    )
    minimum_evidence: float = Field(
        default=LookupSettings.minimum_evidence,
        ge=1,
        description="Observed outcomes that a model needs in a kind of task to be chosen",
    )
    session_limit: float = Field(
        default=10.0, ge=1, description="Most outcomes of a model that one session may count for"
    )
    text_limit: float = Field(
        default=5.0, ge=1, description="Most outcomes of a model that one task's text may count for"
    )
    self_report_weight: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="What an outcome counts that a program reports of itself; below 1, these alone change no model",
    )
    half_life_days: float = Field(default=180.0, gt=0, description="Age at which an outcome counts half")
    version_discount: float = Field(
        default=0.5, gt=0, le=1, description="What an older version's outcome counts for a new version of its family"
    )
    propensity_limit: float = Field(default=10.0, ge=1, description="Most that inverse propensity may weigh")
    exploration_share: float = Field(
        default=LookupSettings.exploration_share,
        ge=0,
        le=1,
        description="Share of decisions that try another promising model; 0 is off",
    )
    trials: Literal["propose", "off", "auto"] = Field(
        default="propose", description="Whether trials are proposed, or also started within the budget"
    )
    trials_budget: float = Field(
        default=1.0, ge=0, description="Extra failures a week that automatic trials may be expected to cause, in all"
    )
    model_weights: Weights = Field(
        default={},
        description="What a dollar of each model counts, as opus=5,sonnet=1,haiku=.2; costs are then shares of a quota",
    )
    candidate_models: NameList = Field(
        default=LookupSettings.candidate_models,
        description="Models to estimate besides those seen, so that a trial may try them",
    )
    protected_agents: NameList = Field(
        default=LookupSettings.protected_agents,
        description="Agents that are never given a cheaper model; names or patterns",
    )
    pinned_agents: NameList = Field(
        default=LookupSettings.pinned_agents, description="Agents whose spawns the hook leaves alone; names or patterns"
    )
    default_model: str = Field(default=LookupSettings.default_model, description="Model where nothing at all is known")

    window_days: int = Field(
        default=30, ge=1, description="Window of the report and of the marts that have one, in days"
    )
    windows: NumberList = Field(default=(7, 30, 90), description="Windows of the marts that have several, in days")
    overloaded_min_tasks: int = Field(default=50, ge=1, description="An overloaded agent has more tasks than this")
    overloaded_max_success: float = Field(default=0.8, ge=0, le=1, description="... and less success than this")
    gap_quantile: float = Field(
        default=0.9, gt=0, lt=1, description="A task farther from every spec than this quantile may be a gap"
    )

    judge: Literal["off", "chat", "claude-code"] = Field(
        default="off",
        description="Who judges a sample of spawns: a chat model, or your own Claude Code; sees redacted evidence",
    )
    judge_model: str | None = Field(
        default=None, description="Model of the judge: any that the chat server has; haiku for Claude Code"
    )
    judge_base_url: str | None = Field(default=None, description="OpenAI-compatible server of a chat judge")
    judge_api_key: SecretStr | None = Field(default=None, description="Its key")
    judge_calls: int = Field(default=20, ge=0, description="Most spawns that the judge is asked about in one night")
    judge_dollars: float = Field(default=1.0, ge=0, description="Most dollars that its answers may cost in one night")
    judge_timeout_s: float = Field(default=120.0, gt=0, description="Longest that Claude Code may take for one answer")
    claude_command: str = Field(default="claude", description="Command that starts Claude Code, for the judge")

    label_min_projects: int | None = Field(
        default=None,
        ge=1,
        description="Projects that must say a word of their own before labels show it; "
        "2 where DATABASE_URL names a server that others read, 1 where the data is on this machine alone",
    )

    report_with_text: bool = Field(default=False, description="Whether the nightly report shows titles of tasks")

    export: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="Folder or bucket to which every night exports its tables as Parquet; off where unset"
    )

    push_to: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="Bucket or folder to which `spawnwise push` sends, in place of DATABASE_URL"
    )

    schedule: str = Field(
        default="0 2 * * *",
        pattern=r"^(@\w+|[\w*/,-]+( [\w*/,#?-]+){4})$",
        description="When the nightly job runs (cron, local time)",
    )
    fresh_hours: int = Field(
        default=26, ge=1, description="Age at which Dagster warns that answers are stale; twice that is a failure"
    )
    schedule_enabled: bool = Field(default=True, description="Whether the schedule is on")

    notify: Addresses = Field(
        default=(), description="Where word of a failed run or check goes: addresses as Apprise takes them"
    )

    @property
    def postgres_folder(self) -> Path:
        """Data folder of the embedded server."""
        return self.home / "postgres"

    @property
    def dagster_folder(self) -> Path:
        """Dagster's instance folder: run history, event log, compute logs."""
        return self.home / "dagster"

    @property
    def shown_words_need(self) -> int:
        """In how many projects a word must be said before a label shows it."""
        return self.label_min_projects or (2 if self.database_url else 1)

    @property
    def pushed_folder(self) -> Path:
        """Where it is kept how far this machine's logs were sent to a bucket."""
        return self.home / "pushed"

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


# Not all of CLAUDE_CODE_: a shell that Claude Code opened has variables of that session there.
CAPTURED = (
    "SPAWNWISE_", "DATABASE_URL", "PG", "PATH", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "CODEX_HOME", "COPILOT_HOME",
    "AWS_", "GOOGLE_", "AZURE_", "OPENAI_", "ANTHROPIC_", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_", "CLAUDE_CODE_SUBAGENT_", "CLAUDE_CODE_EFFORT_LEVEL",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
)  # fmt: skip


def captured_environment() -> dict[str, str]:
    """Return the variables of this environment that a run depends on: a scheduler starts it with none of them."""
    return {name: value for name, value in os.environ.items() if name.upper().startswith(CAPTURED)}


def configuration_folder() -> Path:
    """Return where this user's programs keep their configuration."""
    chosen = os.environ.get("XDG_CONFIG_HOME")
    return Path(chosen) if chosen else Path.home() / ".config"


def use_environment(variables: dict[str, str]) -> None:
    """Run with captured variables, which win over those of the scheduler."""
    os.environ.update(variables)


class WrongSettingError(SpawnwiseError):
    """A setting cannot be used. The message names the variables and what they must be.

    What they are is not told: it may be a secret.
    """

    def __init__(self, error: ValidationError) -> None:
        faults = [f"{_variable(str(fault['loc'][0]))}: {fault['msg']}." for fault in error.errors()]
        super().__init__("\n".join([*dict.fromkeys(faults), "pipelines/README.md has a table of all settings."]))


def _variable(name: str) -> str:
    is_field = name in Settings.model_fields and not Settings.model_fields[name].alias
    return f"{Settings.model_config['env_prefix']}{name}".upper() if is_field else name
