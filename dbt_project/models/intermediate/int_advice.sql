-- What the published table says to each agent and kind seen, backing off as a lookup does (recommender/answer.py): the
-- agent's kind, its type of work, the kind, the type of work, the agent. A task in no kind has only its agent's answer.
with cells as (
    select distinct
        agent_name,
        work_type,
        cluster_id
    from {{ ref('int_tasks') }}
),

answers as (
    select * from {{ ref('best_model_per_cluster') }}
)

select distinct on (cells.agent_name, cells.cluster_id)
    cells.agent_name,
    cells.cluster_id,
    answers.model,
    answers.baseline_model,
    answers.success_rate
from cells
inner join answers
    on
        answers.agent_name in (cells.agent_name, '*')
        and (
            (answers.work_type = cells.work_type and answers.cluster_id in (cells.cluster_id, -1))
            or (answers.agent_name <> '*' and answers.work_type = '*')
        )
order by
    cells.agent_name asc,
    cells.cluster_id asc,
    (answers.work_type = '*')::integer asc,
    (answers.agent_name = '*')::integer asc,
    (answers.cluster_id = -1)::integer asc
