{{
    config(
        materialized='incremental', indexes=[{'columns': ['task_id']}], post_hook='{{ end_fact_build() }}'
    )
}}
-- Rules of one precedence are weighed together, each as an independent witness that is right with its weight.
-- A side convinces where its witnesses do after the other side's have been heard; else the group stays silent.
with signals as (
    -- A sign is one witness, in however many copies of a log it stands.
    select
        task_id,
        signal,
        max(strength) as strength,
        bool_and(is_claimed) as is_claimed
    from {{ ref('stg_learning__outcome_signals') }}
    where {{ is_changed('task_id', before_grouping=true) }}
    group by task_id, signal
),

witnesses as (
    select
        signals.task_id,
        signals.signal,
        rules.precedence,
        rules.says,
        rules.fault,
        rules.is_self_reported or signals.is_claimed as is_self_reported,
        least(rules.weight * signals.strength, 0.999) as weight
    from signals
    inner join {{ ref('outcome_rules') }} as rules on signals.signal = rules.signal
    where rules.says <> 'not_an_outcome'
),

-- In numeric, so that a sum does not depend on the order of its rows; once for each weight, as that takes long.
doubts as (
    select
        weight,
        ln(1 - weight::numeric) as log_wrong
    from witnesses
    group by weight
),

weighed as (
    select
        witnesses.task_id,
        witnesses.precedence,
        1 - exp(
            coalesce(sum(doubts.log_wrong) filter (where witnesses.says = 'success'), 0)::double precision
        ) as for_success,
        1 - exp(
            coalesce(sum(doubts.log_wrong) filter (where witnesses.says = 'failure'), 0)::double precision
        ) as for_failure,
        coalesce(max(witnesses.weight) filter (where witnesses.says = 'unknown'), 0) as for_unknown
    from witnesses
    inner join doubts on witnesses.weight = doubts.weight
    group by witnesses.task_id, witnesses.precedence
),

judged as (
    select
        *,
        case
            when for_success * (1 - for_failure) >= {{ var('outcome_min_confidence') }} then 'success'
            when for_failure * (1 - for_success) >= {{ var('outcome_min_confidence') }} then 'failure'
            when for_unknown > 0 then 'unknown'
        end as verdict
    from weighed
),

told as (
    select
        witnesses.task_id,
        witnesses.precedence,
        string_agg(witnesses.signal, ', ' order by witnesses.weight desc, witnesses.signal asc) as evidence,
        bool_and(witnesses.is_self_reported) as is_self_reported,
        -- Of equal witnesses the one that spares the agent: blame must be earned.
        (
            array_agg(
                witnesses.fault
                order by witnesses.weight desc, (witnesses.fault = 'agent')::integer asc, witnesses.fault asc
            ) filter (where witnesses.fault is not null)
        )[1] as fault
    from witnesses
    inner join judged
        on
            witnesses.task_id = judged.task_id
            and witnesses.precedence = judged.precedence
            and witnesses.says = judged.verdict
    group by witnesses.task_id, witnesses.precedence
)

select
    judged.task_id,
    judged.precedence,
    judged.verdict,
    case judged.verdict
        when 'success' then judged.for_success * (1 - judged.for_failure)
        when 'failure' then judged.for_failure * (1 - judged.for_success)
        when 'unknown' then judged.for_unknown
    end as confidence,
    judged.for_success,
    judged.for_failure,
    told.evidence,
    told.is_self_reported,
    told.fault
from judged
left join told on judged.task_id = told.task_id and judged.precedence = told.precedence
