create table learning.judgements (
    task_id uuid not null references learning.task_history (id) on delete cascade,
    judge_version text not null,
    input_hash text not null,
    verdict text not null check (verdict in ('good', 'bad', 'unclear')),
    confidence real not null check (confidence between 0 and 1),
    judged_at timestamptz not null default now(),
    primary key (task_id, judge_version)
);
create index judgements_input on learning.judgements (judge_version, input_hash);

comment on table learning.judgements is
'One row per spawn that the optional judge has rated, and version of the judge (its model and its instructions).';
comment on column learning.judgements.input_hash is 'SHA-256 of what it was shown, redacted: equal input is asked once.';
