with source as (
    select * from {{ source('learning', 'lookup_answers') }}
)

select
    agent_name,
    work_type,
    cluster_id,
    from_model,
    to_model,
    success_rate,
    is_usual
from source
