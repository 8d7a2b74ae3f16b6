-- What this role may read, what people ask first.
select
    namespace.nspname as schema_name,
    relation.relname as table_name,
    split_part(obj_description(relation.oid), E'\n', 1) as holds
from pg_class as relation
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
where
    namespace.nspname in ('marts', 'serving', 'learning')
    and relation.relkind in ('r', 'v')
    and has_schema_privilege(namespace.oid, 'usage')
    and has_any_column_privilege(relation.oid, 'select')
order by array_position(array['marts', 'serving', 'learning']::name [], namespace.nspname), relation.relname
