select
    reader.kind,
    reader.role_name::text,
    roles.oid is not null as role_exists,
    coalesce(has_schema_privilege(roles.oid, 'serving', 'usage'), false) as may_read,
    coalesce(
        (
            select bool_or(has_function_privilege(roles.oid, writer::oid, 'execute'))
            from learning.large_object_functions() as writers (writer)
        ),
        false
    ) as writes_large_objects,
    coalesce(has_database_privilege(roles.oid, current_database(), 'temporary'), false) as makes_temporary_tables
from control.reading_roles as reader
left join pg_roles as roles on reader.role_name = roles.rolname
order by reader.kind
