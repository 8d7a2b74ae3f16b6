-- Claude Code's folder of a project is its path with dashes: one that another path is written as too is read again
-- once it has changed. A path may hold neither session nor project as they are stored, so what is kept of the file tells.
create temp table purged_files on commit drop as
select file.path
from learning.ingest_files as file
where
    file.source <> 'journal'
    and (
        file.modified_at < %(everybodys_before)s
        or exists (select from purged_sessions as gone where strpos(file.path, gone.session_id) > 0)
        or file.state -> 'memory' ->> 'session' in (select session_id from purged_sessions)
        or (
            file.modified_at < %(before)s
            and coalesce(%(session)s, %(user)s, %(host)s)::text is null
            and substring(file.path from '/projects/([^/]+)/') in (
                select regexp_replace(project, '[^a-zA-Z0-9]', '-', 'g') from unnest(%(projects)s::text []) as project
            )
        )
    )
