-- The history of the published table, told as changes.
with history as (
    select * from {{ ref('best_model_history') }}
),

sources as (
    select * from {{ ref('int_evidence_sources') }}
),

versions as (
    select
        agent_name,
        work_type,
        cluster_id,
        cluster_label,
        model,
        coalesce(effort, '') as effort,
        reason,
        success_rate,
        success_low,
        tasks_observed,
        expected_cost_usd,
        dbt_valid_from at time zone 'UTC' as valid_from,
        dbt_valid_to at time zone 'UTC' as valid_to,
        lag(model) over versions_of_answer as previous_model,
        lag(coalesce(effort, '')) over versions_of_answer as previous_effort,
        lag(success_rate) over versions_of_answer as previous_success_rate,
        lead(dbt_valid_from) over versions_of_answer as next_from
    from history
    window versions_of_answer as (partition by agent_name, work_type, cluster_id order by dbt_valid_from)
),

changes as (
    select
        agent_name,
        work_type,
        cluster_id,
        cluster_label,
        valid_from as changed_at,
        case when previous_model is null then 'new' else 'changed' end as change,
        previous_model,
        previous_effort,
        model,
        effort,
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
        work_type,
        cluster_id,
        cluster_label,
        valid_to as changed_at,
        'gone' as change,
        model as previous_model,
        effort as previous_effort,
        null as model,
        null as effort,
        'No longer among the published answers.' as reason,
        success_rate as previous_success_rate,
        null as success_rate,
        null as success_low,
        null as tasks_observed,
        null as expected_cost_usd
    from versions
    where valid_to is not null and next_from is null
),

-- What is known of the model up to then; a kind that goes on in a later clustering keeps its number.
counted as (
    select
        changes.agent_name,
        changes.work_type,
        changes.cluster_id,
        changes.changed_at,
        coalesce(sum(sources.count_observed), 0)::integer as count_observed,
        coalesce(sum(sources.count_in_trials), 0)::integer as count_in_trials,
        coalesce(sum(sources.count_self_reported), 0)::integer as count_self_reported
    from changes
    left join sources
        on
            changes.agent_name = sources.agent_name
            and changes.work_type = sources.work_type
            and changes.cluster_id = sources.cluster_id
            and changes.model = sources.model
            and (changes.changed_at at time zone 'UTC')::date >= sources.spawned_on
    where changes.model is not null
    group by changes.agent_name, changes.work_type, changes.cluster_id, changes.changed_at
)

select
    changes.agent_name,
    changes.work_type,
    changes.cluster_id,
    changes.cluster_label,
    changes.changed_at,
    changes.change,
    changes.previous_model,
    changes.previous_effort,
    changes.model,
    changes.effort,
    changes.reason,
    changes.previous_success_rate,
    changes.success_rate,
    changes.success_low,
    changes.tasks_observed,
    changes.expected_cost_usd,
    counted.count_observed,
    counted.count_in_trials,
    counted.count_self_reported,
    case
        when counted.count_observed + counted.count_self_reported = 0 then 'similar work'
        when counted.count_observed is not null
            then concat_ws(
                ', ',
                case when counted.count_observed > 0 then counted.count_observed || ' observed' end,
                case when counted.count_in_trials > 0 then counted.count_in_trials || ' of them in a trial' end,
                case when counted.count_self_reported > 0 then counted.count_self_reported || ' self-reported' end
            )
    end as evidence_source,
    changes.changed_at > {{ as_of() }} - interval '1 day' as is_since_yesterday
from changes
left join counted
    on
        changes.agent_name = counted.agent_name
        and changes.work_type = counted.work_type
        and changes.cluster_id = counted.cluster_id
        and changes.changed_at = counted.changed_at
        and changes.model is not null
