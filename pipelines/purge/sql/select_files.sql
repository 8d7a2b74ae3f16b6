-- A project's folder is its path with dashes. A file too many does no harm: it is read again once it has changed.
create temp table purged_files on commit drop as
select file.path
from learning.ingest_files as file
where
    file.source <> 'journal'
    and (
        file.modified_at < %(everybodys_before)s
        or exists (select from purged_sessions as gone where strpos(file.path, gone.session_id) > 0)
        or (
            file.modified_at < %(before)s
            and %(session)s::text is null
            and substring(file.path from '/projects/([^/]+)/') ~ (
                '(^|-)' || regexp_replace(%(project)s::text, '[^[:alnum:]]', '.', 'g') || '$'
            )
        )
    )
