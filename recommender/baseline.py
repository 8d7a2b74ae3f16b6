"""What would run without us: the model that a spawn gets if nobody advises on it.

The order is Claude Code's, tried on version 2.1.332: model in the call, the agent's spec, `CLAUDE_CODE_SUBAGENT_MODEL`,
the parent's model; with `CLAUDE_CODE_SUBAGENT_MODEL_FORCE` the variable, or else the parent, beats all. Likewise the
effort: `CLAUDE_CODE_EFFORT_LEVEL` above all, the call, the spec, `CLAUDE_CODE_SUBAGENT_EFFORT`, and that of the session
where the model is the parent's own.
"""

import os
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from recommender.claude_files import declared_efforts, declared_models, plugin_agent_folders, project_agent_folders
from recommender.efforts import USUAL, default_effort, effort_level, effort_rank, split_arm
from recommender.models import declared_family, model_family
from recommender.published_rows import AgentSpec
from recommender.settings import (
    claude_config_dir,
    claude_forced_effort,
    claude_home,
    claude_subagent_effort,
    claude_subagent_model,
    is_subagent_model_forced,
)

LOOKS_AGAIN_S = 1.0  # a program that asks again and again does not look at its files every time
_INHERIT = "inherit"
# Built-in agents that say something of their model. Explore ran on haiku before version 2.1.198.
_BUILT_IN = {"statusline-setup": "sonnet", "claude-code-guide": "haiku", "explore": _INHERIT, "plan": _INHERIT}
_EXPLORE_UNDER = {"fable": "opus"}  # it inherits, but never more than opus


_UNCHANGEABLE = ("call", "forced")  # who says the effort that nobody but a person changes


class Baseline(NamedTuple):
    """The family of the model and its effort, and who says so.

    That is call, project_spec, user_spec, built_in, environment or parent; forced where no advice can be applied. Of
    the effort it is call, forced, spec, environment, session or default, and empty where nobody tells.
    """

    model: str
    source: str
    effort: str = ""
    effort_source: str = ""

    @property
    def is_effort_open(self) -> bool:
        """Whether advice may change the effort."""
        return self.effort_source not in _UNCHANGEABLE

    def allows(self, arm: str) -> bool:
        """Tell whether advice may name an arm: never an effort above the one that a person has set.

        Where nobody has set any, that is the model's own default.
        """
        model, effort = split_arm(arm)
        if not effort or not self.effort_source:
            return True
        if not self.is_effort_open:
            return effort == self.effort
        most = effort_rank(self.effort)
        if self.effort_source == "default":
            most = max(most, effort_rank(default_effort(model) or USUAL))
        return effort_rank(effort) <= most


def baseline_of(
    agent: str | None,
    *,
    asked: str | None = None,
    project: str | None = None,
    parent_model: str | None = None,
    specs: Sequence[AgentSpec] = (),
    asked_effort: str | None = None,
    session_effort: str | None = None,
    is_claudes: bool = True,
) -> Baseline | None:
    """Return what would run, None where nothing tells.

    `asked` is the model in the call, `asked_effort` the effort there, `session_effort` that of
    who spawns. Specs are read from the files of `project`, a folder, and of the user; `specs` are the published ones,
    of which the user's own serve where there is no such folder. Where another client spawns (not `is_claudes`), the
    call and the parent alone tell: Claude Code's variables and specs are nothing to it.
    """
    if not is_claudes:
        runs = asked or parent_model
        return Baseline(model_family(runs), "call" if asked else "parent") if runs else None
    model = _model(agent, asked, project, parent_model, specs)
    if model is None:
        return None
    effort, source = _effort(model.model, agent or "", asked_effort, project, parent_model, session_effort)
    return model._replace(effort=effort, effort_source=source)


def _model(
    agent: str | None, asked: str | None, project: str | None, parent_model: str | None, specs: Sequence[AgentSpec]
) -> Baseline | None:
    parent = Baseline(model_family(parent_model), "parent") if parent_model else None
    chosen = declared_family(claude_subagent_model())
    environment = Baseline(chosen, "environment") if chosen else None
    if is_subagent_model_forced():
        forced = environment or parent
        return forced and forced._replace(source="forced")
    is_asked = declared_family(asked or "") is not None
    models, source = (frozenset({asked or ""}), "call") if is_asked else _declared(agent or "", project, specs)
    if len(models) != 1:
        return None
    (model,) = models
    if family := declared_family(model):
        return Baseline(family, source)
    if model.strip("\"'").lower() != _INHERIT:
        return environment or parent
    if parent and source == "built_in" and _plain(agent) == "explore" and parent.model in _EXPLORE_UNDER:
        return Baseline(_EXPLORE_UNDER[parent.model], source)
    return parent  # `inherit` passes over the environment


def _effort(
    model: str,
    agent: str,
    asked: str | None,
    project: str | None,
    parent_model: str | None,
    session: str | None,
) -> tuple[str, str]:
    """Return the effort at which the model would work, and who says so; both empty where nobody tells."""
    found = _found(agent, project)
    declared = next(iter(found.efforts)) if len(found.efforts) == 1 else ""
    told = (
        (claude_forced_effort(), "forced"),
        (asked, "call"),
        (declared, "spec"),
        (claude_subagent_effort(), "environment"),
    )
    for word, source in told:
        if level := effort_level(word):
            return level, source
    level = effort_level(session)
    if not level or not parent_model:
        return "", ""
    is_set = level != (default_effort(parent_model) or level)
    if model == model_family(parent_model):
        return level, "session" if is_set else "default"
    return default_effort(model), "default"


def _declared(agent: str, project: str | None, specs: Sequence[AgentSpec]) -> tuple[frozenset[str], str]:
    """Return what is said of the agent's model, "" where the choice is left open, and by whom.

    The nearest spec counts whole: where it names no model, none further off is asked. A project's specs speak for that
    project only. Two that disagree in one folder are both returned, for the file system says which of them counts; an
    empty set means a plugin that is not installed here, whose spec may name any model.
    """
    found = _found(agent, project)
    models, source = found.models, found.source
    if not models and not found.is_here:
        models = frozenset(spec.declared_model or "" for spec in specs if not spec.project and spec.name == agent)
    if models:
        return models, source
    # A name with neither spec nor plugin inherits: anyone who defines it elsewhere rarely names a model.
    return (models, source) if ":" in agent else (frozenset({_BUILT_IN.get(_plain(agent), "")}), "built_in")


class _Found(NamedTuple):
    """Whether the project is on this machine, what the nearest spec says of an agent, and whose it is."""

    is_here: bool
    models: frozenset[str] = frozenset()
    efforts: frozenset[str] = frozenset()
    source: str = "user_spec"


def _found(agent: str, project: str | None) -> _Found:
    within = int(time.monotonic() / LOOKS_AGAIN_S)
    return _in_files(agent, str(project or ""), claude_config_dir(), within)


@lru_cache(maxsize=512)
def _in_files(agent: str, project: str, _home: str | None, _within: int) -> _Found:
    is_here = os.path.isdir(project)  # noqa: PTH112  # never raises
    plugin, _, name = agent.rpartition(":")
    if plugin:
        places = [(folder, "user_spec") for folder in plugin_agent_folders(plugin.partition(":")[0])]
    else:
        places = [(folder, "project_spec") for folder in (project_agent_folders(project) if is_here else ())]
        places.append((str(claude_home() / "agents"), "user_spec"))
    found = (
        _Found(is_here, frozenset(declared_models(folder, name)), frozenset(declared_efforts(folder, name)), source)
        for folder, source in places
    )
    return next((known for known in found if known.models), _Found(is_here))


def _plain(agent: str | None) -> str:
    return (agent or "").lower()
