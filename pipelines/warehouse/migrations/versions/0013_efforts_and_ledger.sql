-- A candidate is a model at an effort. Empty: no effort of the model is known, or it stands for all of them.
alter table learning.model_estimates
add column effort text not null default '',
add column logit_model_sd double precision not null default 0 check (logit_model_sd >= 0),
add column log_cost_model_sd double precision not null default 0 check (log_cost_model_sd >= 0);
alter table learning.model_estimates drop constraint model_estimates_pkey;
alter table learning.model_estimates add primary key (agent_name, work_type, cluster_id, model, effort);
comment on table learning.model_estimates is
'One row per (agent or *, work type or *, kind or -1, model, effort): what the model can be trusted with there.';
comment on column learning.model_estimates.effort is
'How hard the model is set to think; empty where no log tells efforts of it.';
comment on column learning.model_estimates.logit_model_sd is
'The part of logit_sd, beside logit_shared_sd, that all efforts of the model share; log_cost_model_sd likewise.';

create or replace view serving.model_evidence as
select
    clustering_version,
    agent_name,
    work_type,
    cluster_id,
    model,
    success_rate,
    success_low,
    success_sd,
    tasks_observed,
    known_outcomes,
    effective_n,
    expected_cost_usd,
    log_cost_sd,
    worth_probability,
    net_benefit,
    logit,
    logit_sd,
    logit_shared_sd,
    outcomes_to_choose,
    is_baseline,
    is_chosen,
    reason,
    effort,
    logit_model_sd,
    log_cost_model_sd
from learning.model_estimates;
comment on view serving.model_evidence is
'One row per (agent or *, work type or *, kind or -1, model, effort): its record, chosen or not.';

alter table learning.trials
add column baseline_effort text not null default '',
add column candidate_effort text not null default '';
alter table learning.trials drop constraint trials_check;
alter table learning.trials add constraint trials_differ
check ((candidate_model, candidate_effort) <> (baseline_model, baseline_effort));
comment on column learning.trials.candidate_effort is 'Empty where the trial is of models alone.';
create or replace view serving.trials as
select
    trial_id,
    agent_name,
    work_type,
    cluster_id,
    project,
    candidate_model,
    baseline_model,
    state,
    candidate_share,
    night_cap,
    reason,
    candidate_effort,
    baseline_effort
from learning.trials
where
    state in ('running', 'adopted')
    or (state in ('dropped', 'withdrawn') and ended_at > now() - interval '90 days');

-- What was asked, answered, written into the call and what ran are different things, of the effort as of the model.
alter table learning.recommendation_log
add column asked_effort text,
add column baseline_effort text,
add column answered_effort text,
add column applied_effort text,
add column resolved_effort text,
add column obstacle text;
comment on column learning.recommendation_log.obstacle is
'Why the hook left the call alone: explicit_model, resumed, pinned, opted_out, forced or not_an_alias; null for none.';

-- Of several hooks that change a call, the one that ends last replaces what the others wrote.
alter table learning.task_history
add column applied_by text check (applied_by in ('spawnwise', 'other')),
add column model_applied text,
add column effort_applied text,
add column is_model_named boolean;
comment on column learning.task_history.applied_by is
'Whose hook changed the call last, as its answer in the log tells; null where none did, or no log tells.';
comment on column learning.task_history.model_applied is
'The model in the call as that hook left it; effort_applied likewise.';
comment on column learning.task_history.is_model_named is
'Whether the client saw a model in the call, after all hooks; null where it does not say.';

create view learning.decision_ledger as
with decided as (
    select
        log.*,
        task.id as spawn_id,
        task.agent_used,
        task.success,
        task.cost_usd,
        case when task.cost_usd is not null then task.estimated_cost_usd end as estimated_cost_usd,
        task.applied_by,
        task.is_model_named,
        case
            when task.model_source not in ('described', 'requested', 'built_in', 'parent') then task.model_used
        end as ran_model,
        task.effort_used as ran_effort,
        exists (
            select from learning.outcome_signals as signals
            where signals.task_id = task.id and signals.signal in ('launch_failed', 'user_rejected')
        ) as is_refused
    from learning.recommendation_log as log
    left join learning.task_history as task on log.task_id = task.id
)

select
    decision_id,
    decided_at,
    mode,
    coalesce(agent_used, agent_name) as agent_name,
    work_type,
    cluster_id,
    session_id,
    spawn_id as task_id,
    answer_source,
    trial_id,
    asked_model,
    asked_effort,
    baseline_model,
    baseline_effort,
    answered_model,
    answered_effort,
    applied_model,
    applied_effort,
    ran_model as resolved_model,
    ran_effort as resolved_effort,
    case
        when obstacle = 'forced' or baseline_source = 'forced' then 'forced'
        when obstacle = 'explicit_model' or asked_model is not null then 'explicit_model'
        when obstacle is not null then 'left_alone'
        when spawn_id is null then 'not_seen'
        when is_refused then 'refused'
        when ran_model is null then 'model_unknown'
        when
            ran_model = answered_model
            and (answered_effort is null or ran_effort is null or ran_effort = answered_effort)
            then case when is_change is false then 'no_change' else 'followed' end
        when is_change is false then 'no_change'
        when applied_model is not null and applied_by = 'other' then 'replaced_by_hook'
        -- The call named a model when it left our hook, and the client saw none: something above all calls decided.
        when applied_model is distinct from baseline_model and applied_model is not null and not is_model_named
            then 'forced'
        when applied_model is not null then 'not_available'
        when mode in ('advise', 'library') then 'ignored'
        else 'not_told'
    end as compliance,
    success,
    cost_usd,
    estimated_cost_usd,
    propensity,
    latency_ms
from decided;
comment on view learning.decision_ledger is
'One row per decision: what was asked, answered, written into the call, what ran, what it cost and how it went.';
comment on column learning.decision_ledger.compliance is
'followed; ignored; no_change (nothing was to change); not_told (audit, or what would run was not known); explicit_model
(the call named one); left_alone (pinned, opted out, resumed, or no name that the client takes); forced (the environment
decides over every call); replaced_by_hook (another hook ended later); not_available (written, and the client took
another: a plan or an allow-list); refused (a rule or a person kept it from starting); model_unknown; not_seen (no log
of the spawn yet).';

-- The history of the published answers, which dbt keeps, goes on with efforts in what it compares.
do $$ begin
    if to_regclass('intermediate.best_model_history') is not null then
        alter table intermediate.best_model_history
        add column if not exists effort text,
        add column if not exists baseline_effort text;
        update intermediate.best_model_history set effort = '', baseline_effort = '' where effort is null;
    end if;
end $$;
