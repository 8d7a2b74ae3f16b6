-- Trials that wait for a person or for spawns come first, then those with most at stake.
select
    *,
    case state
        when 'proposed' then 'spawnwise trial start ' || trial_id
        when 'paused' then 'spawnwise trial start ' || trial_id
        when 'running' then 'spawnwise trial show ' || trial_id
    end as command
from marts.trials
order by
    array_position(array['paused', 'running', 'proposed', 'adopted'], state) nulls last,
    saving_usd_month * worth_probability desc nulls last,
    coalesce(ended_at, adopted_at) desc nulls last,
    trial_id
