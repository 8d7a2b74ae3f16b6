"""How new the published tables and files have to be for Dagster to show them as fresh."""

from datetime import timedelta

import dagster as dg

from pipelines.settings import Settings

_nights = timedelta(hours=Settings().fresh_hours)

EVERY_NIGHT = dg.FreshnessPolicy.time_window(fail_window=2 * _nights, warn_window=_nights)
