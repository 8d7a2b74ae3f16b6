-- The history of the published table, told as changes.
with versions as (
    select
        agent_name,
        cluster_id,
        cluster_label,
        model,
        reason,
        success_rate,
        success_low,
        tasks_observed,
        expected_cost_usd,
        dbt_valid_from at time zone 'UTC' as valid_from,
        dbt_valid_to at time zone 'UTC' as valid_to,
        lag(model) over (partition by agent_name, cluster_id order by dbt_valid_from) as previous_model,
        lag(success_rate) over (partition by agent_name, cluster_id order by dbt_valid_from) as previous_success_rate,
        lead(dbt_valid_from) over (partition by agent_name, cluster_id order by dbt_valid_from) as next_from
    from {{ ref('best_model_history') }}
),

changes as (
    select
        agent_name,
        cluster_id,
        cluster_label,
        valid_from as changed_at,
        case when previous_model is null then 'new' else 'changed' end as change,
        previous_model,
        model,
        reason,
        previous_success_rate,
        success_rate,
        success_low,
        tasks_observed,
        expected_cost_usd
    from versions

    union all

    select
        agent_name,
        cluster_id,
        cluster_label,
        valid_to as changed_at,
        'gone' as change,
        model as previous_model,
        null as model,
        'No longer among the published answers.' as reason,
        success_rate as previous_success_rate,
        null as success_rate,
        null as success_low,
        null as tasks_observed,
        null as expected_cost_usd
    from versions
    where valid_to is not null and next_from is null
)

select
    *,
    changed_at > {{ as_of() }} - interval '1 day' as is_since_yesterday
from changes
