create table learning.main_threads (
    thread_id integer generated always as identity primary key,
    source text not null,
    session_id text not null,
    project text not null,
    repository text,
    user_name text,
    host text,
    is_user_named boolean not null,
    updated_at timestamptz not null default now(),
    unique (source, session_id, project)
);
comment on table learning.main_threads is
'One row per session and folder that its main conversation worked in; a message of it is in main_messages.';
comment on column learning.main_threads.session_id is 'Empty where the log does not tell it.';
comment on column learning.main_threads.project is 'The folder''s whole path; empty where the log does not tell it.';
comment on column learning.main_threads.is_user_named is 'Whether a setting named the user, rather than a file''s owner.';
comment on column learning.main_threads.updated_at is 'When a message of it was last new, or another.';

-- Thirty of these to a spawn: no more than is counted, and no index but the one that keeps a copy from counting twice.
create table learning.main_messages (
    message_id uuid primary key,
    thread_id integer not null,
    is_final boolean not null,
    output_tokens bigint not null,
    said_at timestamptz not null,
    model text not null,
    input_tokens bigint not null,
    cache_read_tokens bigint not null,
    cache_write_tokens bigint not null,
    cost_usd double precision,
    estimated_cost_usd double precision not null,
    is_cost_complete boolean not null
);
comment on table learning.main_messages is
'One row per message of a model in a main conversation, wherever it is copied; no word of it.';
comment on column learning.main_messages.message_id is 'A digest of the source and the message''s own id.';
comment on column learning.main_messages.is_final is 'Whether the log has it to its end.';
comment on column learning.main_messages.model is 'Family of the model.';
comment on column learning.main_messages.cost_usd is 'Null where the model is on no price list.';
comment on column learning.main_messages.estimated_cost_usd is
'The part of cost_usd that is estimated, as the log counts too few tokens.';

create view learning.purged_main_messages as
select message.message_id
from learning.main_messages as message
inner join learning.main_threads as thread on message.thread_id = thread.thread_id
inner join learning.purges as purge
    on
        message.said_at < purge.spawned_before
        and (purge.session_hash is null or purge.session_hash = learning.hashed(thread.session_id))
        and learning.is_purged_place(purge, thread.project, thread.repository, thread.user_name, thread.host);
comment on view learning.purged_main_messages is 'Messages of main conversations that a purge covers.';

-- Logs that are read to their end are read once more, for what was passed over in them. One that is gone stays as read.
update learning.ingest_files set fingerprint = '', byte_offset = 0, size_bytes = -1 where source = 'claude-code';
