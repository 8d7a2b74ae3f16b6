select
    attname,
    format_type(atttypid, atttypmod),
    col_description(attrelid, attnum),
    not attnotnull
from pg_attribute
where attrelid = format('%%I.%%I', %s::text, %s::text)::regclass and attnum > 0 and not attisdropped
order by attnum
