"""The nightly job and when it runs, and the part of it that reads no logs."""

import dagster as dg
from tzlocal import get_localzone_name

from pipelines.settings import Settings


@dg.failure_hook
def say_what_to_do(context: dg.HookContext) -> None:
    """Tell whoever looks at the failed run what still holds and what to do."""
    context.log.error(
        f"The step {context.op.name} failed; its error is above. Lookups go on with the answers that were published "
        "last, and what earlier steps wrote stays. `spawnwise doctor` looks at every piece. When the cause is mended, "
        "choose 'Re-execute from failure', or wait for the next night: finished work is not repeated."
    )


nightly_job = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Read new logs, learn what each model can be trusted with, publish the answers.",
    # One process: the stages share the warehouse, its lock and the warm imports; the work is in Postgres and dbt.
    executor_def=dg.in_process_executor,
    hooks={say_what_to_do},
)

relearn_job = dg.define_asset_job(
    "relearn",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups("ingest"),
    description="Learn anew from what the warehouse holds, and publish; no log is read.",
    executor_def=dg.in_process_executor,
    hooks={say_what_to_do},
)


def nightly_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Return the schedule of the nightly job."""
    status = dg.DefaultScheduleStatus.RUNNING if settings.schedule_enabled else dg.DefaultScheduleStatus.STOPPED
    return dg.ScheduleDefinition(
        name="nightly_schedule",
        job=nightly_job,
        cron_schedule=settings.schedule,
        execution_timezone=get_localzone_name(),
        default_status=status,
        description="Every night at 02:00 local time; SPAWNWISE_SCHEDULE and SPAWNWISE_SCHEDULE_ENABLED change it.",
    )
