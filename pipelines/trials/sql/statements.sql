-- name: select_trials
select {columns} from learning.trials
order by saving_usd_month * worth_probability desc nulls last, trial_id

-- name: delete_stale_proposals
delete from learning.trials where state = 'proposed' and trial_id <> all(%(kept)s)

-- name: upsert_proposal
insert into learning.trials as held ({columns}) values ({values})
on conflict (trial_id) do update set ({updated}, night_cap, updated_at) = row ({new}, excluded.night_cap, now())
where held.state = 'proposed' and ({held}) is distinct from ({new})

-- name: start_trial
update learning.trials
set
    state = 'running',
    started_by = %(by)s,
    started_at = now(),
    project = %(project)s,
    candidate_share = %(share)s,
    night_cap = %(night_cap)s,
    updated_at = now()
where trial_id = %(trial_id)s and state = 'proposed'

-- name: resume_trial
update learning.trials
set state = 'running', reason = %(reason)s, resumed_at = now(), ended_at = null, updated_at = now()
where trial_id = %(trial_id)s and state in ('paused', 'stopped')

-- name: move_trial
update learning.trials
set
    state = %(state)s,
    reason = %(reason)s,
    candidate_share = case when %(state)s = 'adopted' then %(adopted_share)s else candidate_share end,
    adopted_at = case when %(state)s = 'adopted' then now() else adopted_at end,
    ended_at = case when %(is_ended)s then now() end,
    updated_at = now()
where trial_id = %(trial_id)s

-- name: update_counts
update learning.trials
set
    candidate_spawns = %(candidate_spawns)s,
    candidate_outcomes = %(candidate_outcomes)s,
    candidate_failures = %(candidate_failures)s,
    baseline_spawns = %(baseline_spawns)s,
    baseline_outcomes = %(baseline_outcomes)s,
    baseline_failures = %(baseline_failures)s,
    updated_at = now()
where
    trial_id = %(trial_id)s
    and (
        candidate_spawns, candidate_outcomes, candidate_failures, baseline_spawns, baseline_outcomes, baseline_failures
    ) is distinct from (
        %(candidate_spawns)s, %(candidate_outcomes)s, %(candidate_failures)s, %(baseline_spawns)s,
        %(baseline_outcomes)s, %(baseline_failures)s
    )

-- name: update_expectation
update learning.trials
set worth_probability = %(worth)s, updated_at = now()
where trial_id = %(trial_id)s and worth_probability is distinct from %(worth)s

-- name: select_kind_labels
select cluster_id, label
from learning.task_clusters
where clustering_version = %(version)s

-- name: select_corrections
select agent_name, model, observed_success - corrected_success as correction from learning.audit_rates
where observed_success > corrected_success
