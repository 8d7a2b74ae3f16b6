-- A person's own tiers are orders; shipped ones only propose a trial.
alter table learning.model_tiers add column is_own boolean not null default true;
comment on table learning.model_tiers is
'One row per agent, pattern such as COORD_* (exact names win) or work type (type:docs), and the model for it.';
comment on column learning.model_tiers.is_own is
'Whether a person chose it: then it is an order. A shipped row only proposes a trial.';

drop trigger model_tiers_history on learning.model_tiers;
create or replace function learning.keep_model_tier_history() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (old.agent_pattern, old.default_model, old.notes)
        is not distinct from (new.agent_pattern, new.default_model, new.notes)
    then
        return new;
    end if;
    insert into learning.model_tiers_history (agent_pattern, default_model, notes, valid_from)
    values (old.agent_pattern, old.default_model, old.notes, old.updated_at);
    if tg_op = 'UPDATE' then
        new.updated_at := now();
        new.is_own := true;
        return new;
    end if;
    return old;
end $$;
create trigger model_tiers_history before update or delete on learning.model_tiers
for each row execute function learning.keep_model_tier_history();

create or replace view serving.agent_tiers as
select agent_pattern, default_model, is_own from learning.model_tiers;

-- Kinds of task lie within a type of work.
alter table learning.task_clusters add column work_type text not null default 'other';
create or replace view serving.task_kinds as
select
    cluster.clustering_version,
    cluster.embedding_model,
    cluster.cluster_id,
    cluster.label,
    cluster.radius,
    cluster.size,
    cluster.terms,
    coalesce(
        (
            select array_agg(task.task_title order by examples.place)
            from unnest(cluster.example_task_ids) with ordinality as examples (task_id, place)
            inner join learning.task_history as task on examples.task_id = task.id
            where task.task_title <> ''
        ),
        '{}'
    ) as examples,
    cluster.centroid::real [] as centroid,
    cluster.work_type
from learning.task_clusters as cluster;

-- Estimates are made anew every night; the old ones say less than the new table asks for.
drop view serving.model_evidence;
drop table learning.model_estimates cascade;
create table learning.model_estimates (
    clustering_version integer not null references learning.clusterings (clustering_version) on delete cascade,
    agent_name text not null,
    work_type text not null,
    cluster_id integer not null,
    model text not null,
    success_rate double precision not null check (success_rate between 0 and 1),
    success_low double precision not null check (success_low between 0 and 1),
    success_sd double precision not null check (success_sd >= 0),
    tasks_observed integer not null,
    known_outcomes double precision not null,
    effective_n double precision not null,
    expected_cost_usd double precision,
    log_cost_sd double precision not null check (log_cost_sd >= 0),
    worth_probability double precision not null check (worth_probability between 0 and 1),
    net_benefit double precision,
    logit double precision not null,
    logit_sd double precision not null check (logit_sd >= 0),
    logit_shared_sd double precision not null check (logit_shared_sd >= 0),
    outcomes_to_choose integer check (outcomes_to_choose > 0),
    is_baseline boolean not null default false,
    is_chosen boolean not null default false,
    reason text not null default '',
    estimated_at timestamptz not null default now(),
    primary key (agent_name, work_type, cluster_id, model)
);
comment on table learning.model_estimates is
'One row per (agent or *, work type or *, kind or -1, model): what the model can be trusted with there.';
comment on column learning.model_estimates.tasks_observed is 'Known outcomes, whoever told them.';
comment on column learning.model_estimates.known_outcomes is
'Observed outcomes, a session and a repeated text each up to its limit: what a decision needs a minimum of.';
comment on column learning.model_estimates.log_cost_sd is
'Spread of the log of the mean cost, without what moves all models alike.';
comment on column learning.model_estimates.worth_probability is
'Probability of a positive net benefit against the usual baseline.';
comment on column learning.model_estimates.net_benefit is
'Expected 1 - cost ratio - failure cost x (success of the baseline - own success), in spawns on the baseline.';
comment on column learning.model_estimates.logit is
'Posterior mean of the logit of success; logit_sd is its spread, logit_shared_sd the part that all models here share.';
comment on column learning.model_estimates.outcomes_to_choose is
'About how many more good outcomes here would make this cheaper model the choice; null where it is, or none would.';
comment on column learning.model_estimates.is_baseline is 'It is what usually runs here without advice.';

create view serving.model_evidence as
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
    reason
from learning.model_estimates;
comment on view serving.model_evidence is
'One row per (agent or *, work type or *, kind or -1, model): its record, chosen or not.';

create table learning.trials (
    trial_id text primary key,
    agent_name text not null,
    work_type text not null,
    cluster_id integer not null default -1,
    project text,
    scope_label text not null,
    baseline_model text not null,
    candidate_model text not null,
    state text not null check (
        state in ('proposed', 'running', 'paused', 'adopted', 'dropped', 'undecided', 'withdrawn', 'stopped')
    ),
    reason text not null,
    candidate_share double precision not null default 0.5 check (candidate_share between 0 and 1),
    night_cap integer not null check (night_cap > 0),
    started_by text check (started_by in ('person', 'auto')),
    proposed_at timestamptz not null default now(),
    started_at timestamptz,
    resumed_at timestamptz,
    adopted_at timestamptz,
    ended_at timestamptz,
    -- What was expected when it was proposed or started.
    known_outcomes integer not null,
    baseline_success double precision not null,
    count_spawns_month double precision not null,
    spend_usd_month double precision,
    saving_usd_month double precision,
    cost_ratio double precision not null,
    expected_gap double precision not null,
    gap_low double precision not null,
    gap_high double precision not null,
    worth_probability double precision not null,
    is_decided_by_logs boolean not null default false,
    spawns_to_decide integer,
    extra_failures_week double precision not null,
    -- What was seen, by arm as drawn.
    candidate_spawns integer not null default 0,
    candidate_outcomes integer not null default 0,
    candidate_failures integer not null default 0,
    baseline_spawns integer not null default 0,
    baseline_outcomes integer not null default 0,
    baseline_failures integer not null default 0,
    updated_at timestamptz not null default now(),
    check (candidate_model <> baseline_model),
    check ((state = 'proposed') = (started_at is null))
);
comment on table learning.trials is
'One row per trial of a cheaper model: proposed, running, or ended and why. Counts are of spawns drawn by chance.';

create view serving.trials as
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
    reason
from learning.trials
where
    state in ('running', 'adopted')
    or (state in ('dropped', 'withdrawn') and ended_at > now() - interval '90 days');
comment on view serving.trials is
'One row per trial that draws spawns, and per one that has lately shown a model not to do.';

alter table learning.recommendation_log
    add column baseline_model text,
    add column baseline_source text,
    add column is_change boolean,
    add column work_type text,
    add column trial_id text,
    add column trial_arm text check (trial_arm in ('candidate', 'baseline'));
create index recommendation_log_trial on learning.recommendation_log (trial_id) where trial_id is not null;
comment on column learning.recommendation_log.baseline_model is 'What would have run without advice.';
comment on column learning.recommendation_log.trial_arm is 'What the draw of the trial said; null where none drew.';

create or replace function learning.grant_reading_roles() returns text language plpgsql as $$
declare
    notice text := learning.grant_reading_schemas();
begin
    if notice is not null then
        return notice;
    end if;
    revoke select on serving.task_kinds from spawnwise_analyst;
    grant select (clustering_version, embedding_model, cluster_id, label, radius, size, terms, work_type)
        on serving.task_kinds to spawnwise_analyst;
    return null;
end $$;

-- The history of the published answers, which dbt keeps, goes on with types of work in its key.
do $$ begin
    if to_regclass('intermediate.best_model_history') is not null then
        alter table intermediate.best_model_history add column if not exists work_type text;
        update intermediate.best_model_history
        set work_type = case when cluster_id = -1 then '*' else 'other' end
        where work_type is null;
    end if;
end $$;
