{{ usage_by("date_trunc('week', spawned_on)::date", 'spawned_in_week') }}
