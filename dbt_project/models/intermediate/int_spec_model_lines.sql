-- Where a spec names its model, and the line after which one would be added where it names none.
with lines as (
    select
        specs.agent_name,
        numbered.line_number::integer as line_number,
        rtrim(numbered.line, E'\r') as line
    from {{ ref('stg_learning__agent_specs') }} as specs
    cross join lateral string_to_table(specs.spec_text, E'\n') with ordinality as numbered (line, line_number)
    where not specs.is_removed
),

front_matter as (
    select
        agent_name,
        min(line_number) filter (where line_number > 1 and line = '---') as ends_at
    from lines
    group by agent_name
    having bool_or(line_number = 1 and line = '---')
),

placed as (
    select
        lines.*,
        case
            when lines.line_number < front_matter.ends_at and lines.line ~ '^model\s*:' then 1
            when lines.line ~ '^>\s*\*\*Model Tier:\*\*' then 2
            when lines.line_number < front_matter.ends_at and lines.line ~ '^name\s*:' then 3
        end as place_rank
    from lines
    left join front_matter on lines.agent_name = front_matter.agent_name
)

select distinct on (agent_name)
    agent_name,
    line_number,
    line,
    place_rank < 3 as is_model_line
from placed
where place_rank is not null
order by agent_name, place_rank, line_number
