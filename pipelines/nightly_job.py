"""The nightly job and when it runs, and the part of it that reads no logs."""

from collections.abc import Iterator

import dagster as dg
from tzlocal import get_localzone_name

from pipelines.notify import Notice, failed_checks, failed_run, send
from pipelines.settings import Settings

# A person sees how it ends, or the schedule tells: no sensor need.
BY_COMMAND = {"spawnwise/by": "command"}


@dg.failure_hook
def say_what_to_do(context: dg.HookContext) -> None:
    """Tell anyone who looks at the failed run what still holds and what to do."""
    context.log.error(
        f"The step {context.op.name} failed; its error is above. Lookups go on with the answers that were published "
        "last, and what earlier steps wrote stays. `spawnwise doctor` looks at every piece. When the cause is fixed, "
        "choose 'Re-execute from failure', or wait for the next night: finished work is not repeated."
    )


def notice_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Return the sensors that send word of failed runs and checks; a run of `spawnwise learn` tells by itself."""
    status = dg.DefaultSensorStatus.RUNNING if settings.notify else dg.DefaultSensorStatus.STOPPED

    @dg.run_failure_sensor(
        default_status=status,
        monitored_jobs=[nightly_job, relearn_job],
        description="Sends word of a failed run to SPAWNWISE_NOTIFY.",
    )
    def failed_run_notice(context: dg.RunFailureSensorContext) -> Iterator[dg.SkipReason]:
        reasons = [
            f"The step {event.step_key} failed: {cause.message.strip()}"
            for event in context.get_step_failure_events()
            if (error := event.step_failure_data.error) and (cause := error.cause or error)
        ]
        yield from _sent(context, settings, failed_run(reasons or [context.failure_event.message or "no reason told"]))

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=status,
        monitored_jobs=[nightly_job, relearn_job],
        description="Sends word of checks that failed without ending a run to SPAWNWISE_NOTIFY.",
    )
    def failed_check_notice(context: dg.RunStatusSensorContext) -> Iterator[dg.SkipReason]:
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        records = context.instance.get_records_for_run(context.dagster_run.run_id, of_type=kind).records
        events = [record.event_log_entry.dagster_event for record in records]
        notice = failed_checks(event.asset_check_evaluation_data for event in events if event)
        if notice:
            yield from _sent(context, settings, notice)

    return [failed_run_notice, failed_check_notice]


def _sent(context: dg.RunStatusSensorContext, settings: Settings, notice: Notice) -> Iterator[dg.SkipReason]:
    if set(BY_COMMAND.items()) <= set(context.dagster_run.tags.items()):
        yield dg.SkipReason("It was started by a command, which tells by itself.")
    elif fault := send(settings, notice):
        yield dg.SkipReason(fault)


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
    description="Learn again from what the warehouse holds, and publish; no log is read.",
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
