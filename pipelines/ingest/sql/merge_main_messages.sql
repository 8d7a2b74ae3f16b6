-- Of the copies of a message the last one that was written counts, as in facts.py.
with merged as (
    insert into learning.main_messages as held
    select * from staged_messages
    on conflict (message_id) do update
    set
        is_final = excluded.is_final,
        output_tokens = excluded.output_tokens,
        said_at = excluded.said_at,
        model = excluded.model,
        input_tokens = excluded.input_tokens,
        cache_read_tokens = excluded.cache_read_tokens,
        cache_write_tokens = excluded.cache_write_tokens,
        cost_usd = excluded.cost_usd,
        estimated_cost_usd = excluded.estimated_cost_usd,
        is_cost_complete = excluded.is_cost_complete
    where
        (excluded.is_final, excluded.output_tokens, excluded.said_at)
        > (held.is_final, held.output_tokens, held.said_at)
    returning thread_id
)

update learning.main_threads
set updated_at = now()
where thread_id in (select thread_id from merged)
