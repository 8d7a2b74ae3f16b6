-- A week's successes of a model against what its own record on the same work led to expect. Like is compared with
-- like, agent by agent and kind by kind, so that a week of harder tasks is not taken for a worse model.
with weekly as (
    select
        model,
        agent_name,
        cluster_id,
        (date_trunc('week', spawned_at at time zone 'UTC'))::date as week,
        count(*) as count_known,
        count(*) filter (where is_success) as count_successes
    from {{ ref('int_tasks') }}
    where model is not null and is_known
    group by model, agent_name, cluster_id, (date_trunc('week', spawned_at at time zone 'UTC'))::date
),

against_record as (
    select
        now.model,
        now.agent_name,
        now.cluster_id,
        now.week,
        now.count_known,
        now.count_successes,
        sum(earlier.count_known) as record_known,
        -- Two successes and two failures more (Agresti and Coull): a short record proves little.
        (sum(earlier.count_successes) + 2) / (sum(earlier.count_known) + 4) as record_rate
    from weekly as now
    inner join weekly as earlier
        on
            now.model = earlier.model
            and now.agent_name = earlier.agent_name
            and now.cluster_id = earlier.cluster_id
            and now.week > earlier.week
            and now.week <= earlier.week + 7 * {{ var('regression_record_weeks') }}
    group by now.model, now.agent_name, now.cluster_id, now.week, now.count_known, now.count_successes
)

select
    model,
    week,
    sum(count_known)::integer as count_known,
    sum(count_successes)::integer as count_successes,
    sum(count_known * record_rate)::double precision as expected_successes,
    -- The spread of the week's outcomes, and that of the record itself.
    sqrt(sum(count_known * record_rate * (1 - record_rate) * (1 + count_known / (record_known + 4))))::double precision
        as standard_error
from against_record
group by model, week
