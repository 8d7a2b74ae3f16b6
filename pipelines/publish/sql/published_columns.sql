-- The tables that are made for readers, and their columns in order; what dbt is about to swap in or out is neither.
select
    namespace.nspname::text as schema_name,
    class.relname::text as table_name,
    attribute.attname::text as column_name,
    type.typname::text as type_name
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
inner join pg_catalog.pg_attribute as attribute on class.oid = attribute.attrelid
inner join pg_catalog.pg_type as type on attribute.atttypid = type.oid
where
    namespace.nspname in ('marts', 'serving')
    and class.relkind in ('r', 'v', 'm', 'p')
    and class.relname not like '%\_\_dbt\_%'
    and attribute.attnum > 0
    and not attribute.attisdropped
order by 1, 2, attribute.attnum
