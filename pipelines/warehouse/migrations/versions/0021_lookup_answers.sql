create table learning.lookup_answers (
    agent_name text not null,
    work_type text,
    cluster_id integer not null,
    from_model text not null,
    to_model text not null,
    success_rate double precision,
    is_usual boolean not null,
    primary key (agent_name, cluster_id, from_model)
);

comment on table learning.lookup_answers is
'One row per agent, kind of task and model that ran there or usually runs there: what a lookup answers in its place.';
comment on column learning.lookup_answers.agent_name is 'Agent.';
comment on column learning.lookup_answers.work_type is 'Type of work; null where it is in no kind.';
comment on column learning.lookup_answers.cluster_id is 'Kind of task; -1 where it is in none.';
comment on column learning.lookup_answers.from_model is 'Model that would run without advice.';
comment on column learning.lookup_answers.to_model is 'Model that is answered, the same where it is kept.';
comment on column learning.lookup_answers.success_rate is
'Posterior mean of the model that is answered; null where nothing is known of it.';
comment on column learning.lookup_answers.is_usual is 'Whether from_model is what usually runs there.';
