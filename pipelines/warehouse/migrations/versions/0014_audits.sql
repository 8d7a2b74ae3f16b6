-- What the earlier judge said had no known chance of being asked about, so that no rate follows from it.
delete from learning.outcome_signals where signal in ('judge_good', 'judge_bad') and evidence_file = '';
drop table learning.judgements;

create table learning.audits (
    task_id uuid not null references learning.task_history (id) on delete cascade,
    judge text not null,
    probability double precision not null check (probability > 0 and probability <= 1),
    observed text not null check (observed in ('success', 'doubted', 'failure', 'unknown', 'excused')),
    evidence text not null,
    evidence_hash text not null,
    verdict text not null check (verdict in ('good', 'bad', 'unclear')),
    fault text check (fault in ('agent', 'environment', 'user', 'launch')),
    confidence real not null check (confidence between 0 and 1),
    quotation text not null default '',
    why_unclear text not null default '',
    cost_usd double precision not null default 0,
    success_probability double precision check (success_probability between 0 and 1),
    judged_at timestamptz not null default now(),
    primary key (task_id, judge)
);
create index audits_evidence on learning.audits (judge, evidence_hash);

comment on table learning.audits is 'One row per spawn that was drawn for a second look, and judge: a person, or a model.';
comment on column learning.audits.judge is '''person'', or the judge, its model and the version of its instructions.';
comment on column learning.audits.probability is
'How likely the spawn was to be drawn, in all nights so far; 1 where a person chose it, who then speaks for it alone.';
comment on column learning.audits.observed is
'What the rules said when it was drawn: success, one that something speaks against, the agent''s failure, unknown, or a
failure that was not the agent''s.';
comment on column learning.audits.evidence is 'What the judge was shown, redacted.';
comment on column learning.audits.success_probability is
'How likely it went well, given the verdict and how far the judge can be trusted; set each night.';

create table learning.outcome_rates (
    agent_name text not null,
    model text not null,
    observed text not null check (observed in ('success', 'doubted', 'failure')),
    share_bad double precision not null check (share_bad between 0 and 1),
    effective_limit double precision not null check (effective_limit > 0),
    audits double precision not null,
    primary key (agent_name, model, observed)
);
comment on table learning.outcome_rates is
'One row per agent, model and what the rules say: the share of these spawns that are failures of the agent''s own.';
comment on column learning.outcome_rates.effective_limit is
'How many outcomes these can count for, however many they are: the share itself is not known better.';

create table learning.audit_rates (
    agent_name text not null,
    model text not null,
    count_outcomes integer not null,
    observed_success double precision not null,
    corrected_success double precision not null,
    corrected_low double precision not null,
    corrected_high double precision not null,
    share_missed double precision not null,
    share_missed_low double precision not null,
    share_missed_high double precision not null,
    effective_limit double precision not null,
    count_audits integer not null,
    count_person integer not null,
    count_bad integer not null,
    count_unclear integer not null,
    primary key (agent_name, model)
);
comment on table learning.audit_rates is
'One row per agent and model, * for any: success as the rules see it, and as audits correct it (90 % interval).';
