-- Who read the log matters where the log does not say whose it is: a name that was set counts before one that was inferred.
with read_threads as (
    select * from jsonb_to_recordset(%(threads)s) as threads (
        source text, session_id text, project text, repository text, "user" text, host text, is_named boolean
    )
),

merged as (
    insert into learning.main_threads as held (
        source, session_id, project, repository, user_name, host, is_user_named
    )
    select
        source,
        session_id,
        project,
        repository,
        "user",
        host,
        is_named
    from read_threads
    on conflict (source, session_id, project) do update
    set
        repository = coalesce(excluded.repository, held.repository),
        user_name = excluded.user_name,
        host = excluded.host,
        is_user_named = excluded.is_user_named,
        updated_at = now()
    where
        (not excluded.is_user_named, excluded.user_name, excluded.host, excluded.repository)
        < (not held.is_user_named, held.user_name, held.host, held.repository)
    returning thread_id, source, session_id, project
)

select * from merged
union
select
    held.thread_id,
    held.source,
    held.session_id,
    held.project
from learning.main_threads as held
inner join read_threads using (source, session_id, project)
