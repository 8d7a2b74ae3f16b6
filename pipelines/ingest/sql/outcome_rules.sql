with outcome_rules as (
    select * from jsonb_to_recordset(%(rules)s) as rules (
        signal text,
        says text,
        fault text,
        weight double precision,
        precedence integer,
        is_self_reported boolean
    )
)
