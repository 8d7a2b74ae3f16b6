-- What the nightly run learns from, and what it learned. dbt reads these tables and owns the other schemas.

create table learning.task_history (
    id uuid primary key,
    source text not null,
    source_key text not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    project text,
    session_id text,
    agent_run_id text,
    parent_task_id uuid references learning.task_history (id) on delete set null deferrable initially deferred,
    task_title text not null default '',
    task_description text not null,
    task_hash text not null,
    task_embedding vector,
    embedding_model text,
    agent_used text not null,
    model_used text,
    model_resolved text,
    model_requested text,
    model_parent text,
    model_source text not null default 'unknown',
    status text,
    returned_status text,
    returned_at timestamptz,
    is_error boolean not null default false,
    error_message text,
    success boolean,
    outcome_confidence real check (outcome_confidence between 0 and 1),
    outcome_evidence text,
    fault text,
    duration_ms bigint check (duration_ms >= 0),
    waiting_ms bigint check (waiting_ms >= 0),
    tool_uses integer,
    input_tokens bigint,
    output_tokens bigint,
    cache_read_tokens bigint,
    cache_write_tokens bigint,
    reported_tokens bigint,
    cost_usd double precision check (cost_usd >= 0),
    is_cost_complete boolean not null default false,
    decision_id uuid,
    propensity double precision check (propensity > 0 and propensity <= 1),
    writer_version text,
    first_seen_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (source, source_key),
    check ((task_embedding is null) = (embedding_model is null))
);

create index task_history_created_at on learning.task_history (created_at);
create index task_history_session on learning.task_history (session_id);
create index task_history_agent_run on learning.task_history (agent_run_id);
create index task_history_title on learning.task_history (project, lower(task_title));
create index task_history_task_hash on learning.task_history (task_hash, embedding_model);

comment on table learning.task_history is 'One row per spawn of an agent, keyed by (source, source_key).';
comment on column learning.task_history.created_at is 'When the agent was spawned (UTC).';
comment on column learning.task_history.task_title is 'The short description given at the spawn, redacted.';
comment on column learning.task_history.task_description is 'Description and prompt, redacted: the text that is embedded.';
comment on column learning.task_history.task_hash is 'SHA-256 of task_description: each distinct text is embedded once.';
comment on column learning.task_history.model_used is 'Family (haiku, sonnet, opus, ...) of the model that did the work; null when unknown.';
comment on column learning.task_history.model_source is 'Where the model was seen: observed, result, requested, built_in, parent or unknown.';
comment on column learning.task_history.status is 'How the agent ended, as the log says: completed, failed, ...; null while that is not known.';
comment on column learning.task_history.returned_status is
'What the call itself returned to the parent; a launch in the background returns long before the agent ends.';
comment on column learning.task_history.success is 'true, false, or null where the log does not say. Written from intermediate.int_task_outcomes.';
comment on column learning.task_history.fault is 'Whose failure it was: agent, environment, launch, user or sibling; null when it did not fail.';
comment on column learning.task_history.reported_tokens is 'totalTokens of the result: the last call only, never the whole run.';

create table learning.outcome_signals (
    task_id uuid not null references learning.task_history (id) on delete cascade,
    signal text not null,
    strength real not null default 1 check (strength between 0 and 1),
    evidence_file text not null default '',
    evidence_line integer not null default 0,
    observed_at timestamptz,
    primary key (task_id, signal, evidence_file, evidence_line)
);
comment on table learning.outcome_signals is
'One row per fact seen about how a spawn went: small, typed, without text. int_task_outcomes weighs them.';

create table learning.spawn_facts (
    source text not null,
    fact_key text not null,
    is_spawn boolean not null,
    prompt_key text,
    agent_keys text [] not null default '{}',
    parent_keys text [] not null default '{}',
    facts jsonb not null,
    primary key (source, fact_key)
);
create index spawn_facts_prompt on learning.spawn_facts (prompt_key);
create index spawn_facts_agents on learning.spawn_facts using gin (agent_keys);
create index spawn_facts_parents on learning.spawn_facts using gin (parent_keys);
comment on table learning.spawn_facts is
'One row per spawn or agent run: what all logs together say, redacted, in a form that more logs can be joined to.';

create table learning.agent_specs (
    agent_name text primary key,
    spec_path text not null,
    description text,
    declared_model text,
    spec_text text not null,
    spec_hash text not null,
    first_seen_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    removed_at timestamptz
);
comment on table learning.agent_specs is 'One row per agent that has a spec, text redacted.';

create table learning.agent_embeddings (
    agent_name text not null references learning.agent_specs (agent_name) on delete cascade,
    embedding_model text not null,
    spec_hash text not null,
    spec_embedding vector not null,
    updated_at timestamptz not null default now(),
    primary key (agent_name, embedding_model)
);

create table learning.model_tiers (
    agent_pattern text primary key,
    default_model text not null,
    notes text,
    updated_at timestamptz not null default now()
);
comment on table learning.model_tiers is 'Default model per agent, or per pattern such as COORD_* (exact names win).';

create table learning.model_tiers_history (
    agent_pattern text not null,
    default_model text not null,
    notes text,
    valid_from timestamptz not null,
    valid_to timestamptz not null default now()
);

create function learning.keep_model_tier_history() returns trigger language plpgsql as $$
begin
    insert into learning.model_tiers_history (agent_pattern, default_model, notes, valid_from)
    values (old.agent_pattern, old.default_model, old.notes, old.updated_at);
    if tg_op = 'UPDATE' then
        new.updated_at := now();
        return new;
    end if;
    return old;
end $$;

create trigger model_tiers_history before update or delete on learning.model_tiers
for each row execute function learning.keep_model_tier_history();

create table learning.clusterings (
    clustering_version integer generated always as identity primary key,
    embedding_model text not null,
    input_fingerprint text not null,
    cluster_count integer not null,
    task_count integer not null,
    criterion text not null,
    created_at timestamptz not null default now()
);

create table learning.task_clusters (
    clustering_version integer not null references learning.clusterings (clustering_version) on delete cascade,
    cluster_id integer not null check (cluster_id >= 0),
    embedding_model text not null,
    centroid vector not null,
    size integer not null,
    radius double precision not null,
    label text not null,
    terms text [] not null default '{}',
    example_task_ids uuid [] not null default '{}',
    primary key (clustering_version, cluster_id)
);
comment on column learning.task_clusters.radius is
'Cosine distance to the centroid beyond which a task is told apart from the cluster.';

create table learning.cluster_assignments (
    task_id uuid not null references learning.task_history (id) on delete cascade,
    clustering_version integer not null references learning.clusterings (clustering_version) on delete cascade,
    cluster_id integer not null,
    distance double precision not null,
    primary key (task_id, clustering_version),
    foreign key (clustering_version, cluster_id) references learning.task_clusters (clustering_version, cluster_id)
    on delete cascade
);

create table learning.model_estimates (
    clustering_version integer not null references learning.clusterings (clustering_version) on delete cascade,
    agent_name text not null,
    cluster_id integer not null,
    model text not null,
    success_rate double precision not null check (success_rate between 0 and 1),
    success_low double precision not null check (success_low between 0 and 1),
    success_sd double precision not null check (success_sd >= 0),
    tasks_observed integer not null,
    effective_n double precision not null,
    expected_cost_usd double precision,
    reliable_probability double precision not null check (reliable_probability between 0 and 1),
    logit double precision not null,
    logit_sd double precision not null check (logit_sd >= 0),
    logit_shared_sd double precision not null check (logit_shared_sd >= 0),
    outcomes_to_choose integer check (outcomes_to_choose > 0),
    is_default boolean not null default false,
    is_chosen boolean not null default false,
    reason text not null default '',
    estimated_at timestamptz not null default now(),
    primary key (agent_name, cluster_id, model)
);
comment on table learning.model_estimates is
'One row per (agent or *, cluster or -1 for any, model): what the model can be trusted with there.';
comment on column learning.model_estimates.reliable_probability is
'Probability that the model is within the tolerated gap of the best one and above the floor.';

comment on column learning.model_estimates.logit is
'Posterior mean of the logit of success; logit_sd is its spread, logit_shared_sd the part that all models here share.';
comment on column learning.model_estimates.outcomes_to_choose is
'About how many more good outcomes here would make this cheaper model the choice; null where it is, or none would.';

create table learning.recommendation_log (
    decision_id uuid primary key,
    decided_at timestamptz not null,
    task_hash text,
    agent_name text,
    asked_model text,
    answered_model text not null,
    applied_model text,
    resolved_model text,
    mode text,
    answer_source text not null,
    reason text,
    cluster_id integer,
    snapshot_version text,
    propensity double precision,
    success_rate double precision,
    expected_cost_usd double precision,
    latency_ms double precision,
    session_id text,
    tool_use_id text,
    task_id uuid references learning.task_history (id) on delete set null
);

create index recommendation_log_tool_use on learning.recommendation_log (tool_use_id);
create index recommendation_log_task on learning.recommendation_log (task_id);

create table learning.agent_stops (
    agent_run_id text primary key,
    session_id text,
    agent_name text,
    resolved_model text,
    stopped_at timestamptz not null
);
comment on table learning.agent_stops is 'One row per agent run that a hook saw stop, and the model it ran on.';

create table learning.feedback (
    target text primary key,
    is_good boolean not null,
    remark text,
    given_at timestamptz not null
);
comment on table learning.feedback is
'One row per task that a person judged: their newest word. The target is the id of a task, a tool call or a decision.';

create table learning.ingest_files (
    path text primary key,
    source text not null,
    fingerprint text not null,
    size_bytes bigint not null,
    modified_at timestamptz,
    byte_offset bigint not null,
    lines_read bigint not null default 0,
    lines_loaded bigint not null default 0,
    lines_skipped bigint not null default 0,
    lines_quarantined bigint not null default 0,
    writer_version text,
    state jsonb not null default '{}',
    updated_at timestamptz not null default now()
);

create table learning.ingest_quarantine (
    path text not null,
    line_number bigint not null,
    byte_offset bigint not null,
    reason text not null,
    excerpt text,
    quarantined_at timestamptz not null default now(),
    primary key (path, byte_offset)
);

create table learning.learning_runs (
    run_id text primary key,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null default 'running',
    counters jsonb not null default '{}'
);

-- What a lookup reads beside serving.best_model_per_cluster, as views, so that its role needs nothing but this schema.
create schema if not exists serving;

create view serving.task_kinds as
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
    cluster.centroid::real [] as centroid
from learning.task_clusters as cluster;
comment on view serving.task_kinds is 'One row per clustering version and kind of task.';

create view serving.model_evidence as
select
    clustering_version,
    agent_name,
    cluster_id,
    model,
    success_rate,
    success_low,
    success_sd,
    tasks_observed,
    effective_n,
    expected_cost_usd,
    reliable_probability,
    logit,
    logit_sd,
    logit_shared_sd,
    outcomes_to_choose,
    is_default,
    is_chosen,
    reason
from learning.model_estimates;
comment on view serving.model_evidence is 'One row per (agent or *, kind or -1, model): its record, chosen or not.';

create view serving.agent_directory as
select
    spec.agent_name,
    spec.declared_model,
    coalesce(spec.description, '') as description,
    embedding.embedding_model,
    embedding.spec_embedding::real [] as spec_vector
from learning.agent_specs as spec
left join learning.agent_embeddings as embedding on spec.agent_name = embedding.agent_name
where spec.removed_at is null;
comment on view serving.agent_directory is 'One row per agent that has a spec, and embedding model of its vector.';

create view serving.agent_tiers as
select agent_pattern, default_model from learning.model_tiers;
comment on view serving.agent_tiers is 'One row per agent or pattern: its default model.';
