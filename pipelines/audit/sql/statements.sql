-- name: cached_verdict
select verdict, fault, confidence, quotation, why_unclear
from learning.audits
where judge = %(judge)s and evidence_hash = %(evidence_hash)s
limit 1

-- name: write_audit
insert into learning.audits (
    task_id, judge, probability, observed, evidence, evidence_hash, verdict, fault, confidence, quotation, why_unclear,
    cost_usd
)
values (
    %(task_id)s, %(judge)s, %(probability)s, %(observed)s, %(evidence)s, %(evidence_hash)s, %(verdict)s, %(fault)s,
    %(confidence)s, %(quotation)s, %(why_unclear)s, %(cost_usd)s
)
on conflict (task_id, judge) do update set
    evidence = excluded.evidence,
    evidence_hash = excluded.evidence_hash,
    verdict = excluded.verdict,
    fault = excluded.fault,
    confidence = excluded.confidence,
    quotation = excluded.quotation,
    why_unclear = excluded.why_unclear,
    cost_usd = audits.cost_usd + excluded.cost_usd,
    judged_at = now()

-- name: delete_audit
delete from learning.audits where task_id = %(task_id)s and judge = %(judge)s

-- name: write_verdict_signals
-- The verdict that decides is a sign of the outcome: a person's word before the models', the surest of these.
with earlier as (
    delete from learning.outcome_signals
    where
        task_id = any(%(tasks)s)
        and signal in ('judge_good', 'judge_bad', 'judge_excused', 'review_good', 'review_bad', 'review_excused')
        and evidence_file = ''
),

deciding as (
    select distinct on (task_id)
        task_id,
        judge,
        case
            when verdict = 'good' then 'good'
            when fault = 'agent' then 'bad'
            else 'excused'
        end as said,
        judged_at
    from learning.audits
    where task_id = any(%(tasks)s) and verdict <> 'unclear'
    order by task_id, judge <> 'person', confidence desc, judge
)

insert into learning.outcome_signals (task_id, signal, strength, observed_at)
select task_id, case when judge = 'person' then 'review_' else 'judge_' end || said, 1, judged_at
from deciding

-- name: raise_probability
update learning.audits
set probability = greatest(probability, %(probability)s)
where task_id = %(task_id)s and judge <> 'person'

-- name: select_audits
select
    audits.task_id,
    tasks.agent_used,
    tasks.model_used,
    audits.judge,
    audits.probability,
    audits.observed,
    audits.verdict,
    audits.fault,
    audits.confidence
from learning.audits
inner join learning.task_history as tasks on audits.task_id = tasks.id
where tasks.model_used is not null
order by audits.task_id, audits.judge

-- name: count_observed
-- Spawns with a known outcome that rules read from logs, by what the rules say.
select agent_name, model, observed, count(*)::integer
from intermediate.int_outcome_probabilities
where observed is not null and model is not null
group by agent_name, model, observed

-- name: set_probability
update learning.audits
set success_probability = %(probability)s
where task_id = %(task_id)s and judge = %(judge)s and success_probability is distinct from %(probability)s

-- name: clear_rates
delete from learning.outcome_rates

-- name: insert_rate
insert into learning.outcome_rates (agent_name, model, observed, share_bad, effective_limit, audits)
values (%s, %s, %s, %s, %s, %s)

-- name: clear_audit_rates
delete from learning.audit_rates

-- name: insert_audit_rate
insert into learning.audit_rates (
    agent_name, model, count_outcomes, observed_success, corrected_success, corrected_low, corrected_high,
    share_missed, share_missed_low, share_missed_high, effective_limit, count_audits, count_person, count_bad,
    count_unclear
)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: audit_columns
    audits.task_id::text,
    audits.judge,
    audits.verdict,
    audits.fault,
    audits.confidence,
    audits.quotation,
    audits.why_unclear,
    audits.probability,
    audits.observed,
    audits.cost_usd,
    audits.judged_at,
    tasks.agent_used,
    tasks.model_used,
    tasks.task_title,
    tasks.source_key

-- name: newest_audits
select {columns}
from learning.audits
inner join learning.task_history as tasks on audits.task_id = tasks.id
order by audits.judged_at desc, audits.task_id
limit %(most)s

-- name: audits_of
select {columns}, audits.evidence
from learning.audits
inner join learning.task_history as tasks on audits.task_id = tasks.id
where audits.task_id::text like %(id)s || '%%' or tasks.source_key = %(id)s
order by audits.task_id, audits.judge
