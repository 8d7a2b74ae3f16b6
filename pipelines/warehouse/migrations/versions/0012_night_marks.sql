create table learning.night_marks (
    run_id text primary key,
    situation text not null,
    inputs jsonb not null,
    results jsonb,
    noted_at timestamptz not null default now(),
    published_at timestamptz
);

comment on table learning.night_marks is
'What the newest learning run was made from, and what it left: where both are the same, the next one has nothing to do.
One row, the newest run''s.';
comment on column learning.night_marks.situation is 'Digest of the settings, the code and the week.';
comment on column learning.night_marks.inputs is 'Of each table that is learned from, its rows and a sum over their versions.';
comment on column learning.night_marks.results is 'The same of what was made, and of what time alone changes; null until published.';
