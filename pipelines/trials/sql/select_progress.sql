-- What each trial has drawn and seen so far, by arm; `first_failures` are among the candidate's first known outcomes.
with drawn as (
    select
        trial_id,
        arm,
        is_known,
        is_agent_failure,
        row_number() over (partition by trial_id, arm, is_known order by decided_at, decision_id) as place
    from intermediate.int_trial_spawns
)

select
    trial_id,
    (count(*) filter (where arm = 'candidate'))::int as candidate_spawns,
    (count(*) filter (where arm = 'candidate' and is_known))::int as candidate_outcomes,
    (count(*) filter (where arm = 'candidate' and is_known and is_agent_failure))::int as candidate_failures,
    (count(*) filter (where arm = 'baseline'))::int as baseline_spawns,
    (count(*) filter (where arm = 'baseline' and is_known))::int as baseline_outcomes,
    (count(*) filter (where arm = 'baseline' and is_known and is_agent_failure))::int as baseline_failures,
    (count(*) filter (where arm = 'candidate' and is_known and is_agent_failure and place <= %(first)s))::int
        as first_failures
from drawn
group by trial_id
