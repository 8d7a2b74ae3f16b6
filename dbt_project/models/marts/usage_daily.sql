{{ usage_by('spawned_on', 'spawned_on') }}
