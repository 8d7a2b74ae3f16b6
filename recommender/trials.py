"""A running trial at spawn time: which spawns it draws, and how often."""

import os
import random
from collections.abc import Sequence
from typing import Literal, NamedTuple

from recommender.baseline import Baseline
from recommender.efforts import default_effort, split_arm
from recommender.home import private_folder
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope, Trial
from recommender.settings import data_home
from recommender.snapshot import Snapshot

SAFE_SUCCESS = 0.9  # of the baseline: work that it often fails is too hard to try a cheaper model on
DRAWING = ("running", "adopted")
FAILED = ("dropped", "withdrawn")
Arm = Literal["candidate", "baseline"]


class Draw(NamedTuple):
    """What a trial says of one spawn: the arm, and the probability with which it was drawn."""

    trial: Trial
    arm: Arm
    propensity: float

    @property
    def choice(self) -> str:
        """The model of the arm, with its effort."""
        return self.trial.candidate if self.arm == "candidate" else self.trial.baseline


def trial_for(
    trials: Sequence[Trial], scope: Scope, baseline: Baseline, project: str | None, applies_effort: bool = True
) -> Trial | None:
    """Return the narrowest trial that draws, whose scope a spawn falls in and whose baseline it would run on.

    One whose candidate is an effort above what a person has set draws nothing, nor one whose candidate is an effort
    that the caller cannot apply: what ran would be booked as what was drawn.
    """
    fitting = [
        trial
        for trial in trials
        if trial.state in DRAWING
        and _is_against(trial, baseline)
        and baseline.allows(trial.candidate)
        and (applies_effort or _needs_no_effort(trial))
        and _covers(trial, scope, project)
    ]
    return max(fitting, key=_narrowness, default=None)


def failed_trial(
    trials: Sequence[Trial], scope: Scope, baseline: Baseline, candidate: str, project: str | None
) -> Trial | None:
    """Return a trial that has shown this arm not to do in place of that one for such a spawn; None where none has."""
    return next(
        (
            trial
            for trial in trials
            if trial.state in FAILED
            and _is_against(trial, baseline)
            and trial.candidate == candidate
            and _covers(trial, scope, project)
        ),
        None,
    )


def draw(snapshot: Snapshot, trial: Trial, scope: Scope) -> Draw | None:
    """Draw an arm; None where the trial may not go on before the next night, or the work is too hard for it.

    A candidate spawn is counted before it is answered: one that cannot be counted is not drawn.
    """
    if trial.state == "adopted":  # a hold-out, without end
        arm: Arm = "candidate" if random.random() < trial.candidate_share else "baseline"
        return Draw(trial, arm, trial.candidate_share if arm == "candidate" else 1 - trial.candidate_share)
    if not _is_safe(snapshot, trial, scope):
        return None
    count = _counted(snapshot, trial)
    if count is None or count >= trial.cap:
        return None
    if random.random() >= trial.candidate_share:
        return Draw(trial, "baseline", 1 - trial.candidate_share)
    if not _count(snapshot, trial):
        return None
    return Draw(trial, "candidate", trial.candidate_share)


def drop_old_counts(snapshot: Snapshot) -> None:
    """Delete the counts of earlier snapshots: each night begins with its own."""
    kept = f".{snapshot.created_at.timestamp():.0f}"
    for counter in (data_home() / "trials").glob("*.*"):
        if not counter.name.endswith(kept):
            counter.unlink(missing_ok=True)


def overlaps(one: Scope, other: Scope) -> bool:
    """Tell whether a spawn can fall in both scopes."""
    return all(
        mine == theirs or anything in (mine, theirs)
        for mine, theirs, anything in zip(one, other, (ANY_AGENT, ANY_TYPE, ANY_KIND), strict=True)
    )


def _covers(trial: Trial, scope: Scope, project: str | None) -> bool:
    return (
        trial.agent_name in (ANY_AGENT, scope.agent_name)
        and trial.work_type in (ANY_TYPE, scope.work_type)
        and trial.cluster_id in (ANY_KIND, scope.cluster_id)
        and (trial.project is None or (project is not None and is_within(os.path.realpath(project), trial.project)))
    )


def is_within(folder: str, project: str) -> bool:
    """Tell whether a folder is that of a project or lies in it."""
    return (folder.rstrip("/\\") + "/").replace("\\", "/").startswith(project.rstrip("/\\").replace("\\", "/") + "/")


def _needs_no_effort(trial: Trial) -> bool:
    """Tell whether the candidate's effort is the one at which its model works by itself."""
    model, effort = split_arm(trial.candidate)
    return effort in ("", default_effort(model))


def _is_against(trial: Trial, baseline: Baseline) -> bool:
    """Tell whether what would run is what the trial compares with; an effort that nobody tells is the default."""
    effort = baseline.effort or default_effort(baseline.model)
    return trial.baseline_model == baseline.model and (
        not trial.baseline_effort or not effort or trial.baseline_effort == effort
    )


def _narrowness(trial: Trial) -> tuple[bool, bool, bool, bool]:
    return (
        trial.project is not None,
        trial.cluster_id != ANY_KIND,
        trial.agent_name != ANY_AGENT,
        trial.work_type != ANY_TYPE,
    )


def _is_safe(snapshot: Snapshot, trial: Trial, scope: Scope) -> bool:
    """Tell whether the baseline does such work well, by the narrowest record of it within the trial's scope."""
    for narrower in (scope, scope._replace(agent_name=ANY_AGENT), scope._replace(cluster_id=ANY_KIND)):
        for row in snapshot.evidence_of.get(narrower, ()):
            if row.arm == trial.baseline and row.tasks_observed:
                return row.success_rate >= SAFE_SUCCESS
    return True


def _counter(snapshot: Snapshot, trial: Trial) -> str:
    """Return the path of the file that has a byte for each candidate spawn since the snapshot was published."""
    return str(data_home() / "trials" / f"{trial.trial_id}.{snapshot.created_at.timestamp():.0f}")


def _counted(snapshot: Snapshot, trial: Trial) -> int | None:
    try:
        return os.stat(_counter(snapshot, trial)).st_size  # noqa: PTH116 (at spawn time; pathlib costs as much again)
    except FileNotFoundError:
        return 0
    except OSError:
        return None


def _count(snapshot: Snapshot, trial: Trial) -> bool:
    path = _counter(snapshot, trial)
    try:
        private_folder(data_home() / "trials")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            # Of spawns that count at once, those whose byte lies past the cap are not drawn.
            return os.write(descriptor, b"+") == 1 and os.fstat(descriptor).st_size <= trial.cap
        finally:
            os.close(descriptor)
    except OSError:
        return False
