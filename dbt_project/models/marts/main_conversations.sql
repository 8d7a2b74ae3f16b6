-- What sessions took beside their spawns. A message at an impossible time is in no mart.
with messages as (
    select * from {{ ref('stg_learning__main_messages') }}
),

threads as (
    select * from {{ ref('stg_learning__main_threads') }}
),

projects as (
    select * from {{ ref('int_projects') }}
)

select
    (messages.said_at at time zone 'UTC')::date as said_on,
    {{ project_of('threads') }} as project,
    coalesce(threads.user_name, 'unknown') as user_name,
    coalesce(threads.host, 'unknown') as host,
    coalesce(threads.session_id, 'unknown') as session_id,
    threads.source,
    messages.model,
    count(*)::integer as count_messages,
    {{ measures(['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens']) }},
    sum({{ weighed('messages.cost_usd', 'messages.model') }})::double precision as cost_usd,
    sum({{ weighed('messages.estimated_cost_usd', 'messages.model') }})::double precision as estimated_cost_usd,
    count(messages.cost_usd)::integer as count_cost_known
from messages
inner join threads on messages.thread_id = threads.thread_id
left join projects on threads.project_path = projects.project_path
where {{ is_time_possible('messages.said_at', 'threads.read_at') }}
group by 1, 2, 3, 4, 5, 6, 7
