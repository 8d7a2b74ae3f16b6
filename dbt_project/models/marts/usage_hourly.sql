{{ usage_by("date_trunc('hour', spawned_at at time zone 'UTC') at time zone 'UTC'", 'spawned_in_hour') }}
