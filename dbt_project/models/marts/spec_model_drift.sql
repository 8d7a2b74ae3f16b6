-- Specs whose model is not the recommended one, with a diff that `patch -d / -p1` takes: spec paths are absolute.
with drift as (
    select
        agents.spec_name as agent_name,
        specs.spec_path,
        specs.declared_model,
        best.model as recommended_model,
        best.reason,
        best.success_rate,
        best.success_low,
        best.tasks_observed,
        best.expected_cost_usd,
        best.baseline_expected_cost_usd,
        lines.line_number,
        lines.line,
        lines.is_model_line
    from {{ ref('best_model_per_cluster') }} as best
    inner join {{ ref('int_agents') }} as agents on best.agent_name = agents.agent_name
    inner join {{ ref('stg_learning__agent_specs') }} as specs on agents.spec_name = specs.agent_name
    left join {{ ref('int_spec_model_lines') }} as lines on specs.agent_name = lines.agent_name
    where
        best.cluster_id = -1
        and best.work_type = '*'
        -- A full model id names its family; a spec that declares none runs on the baseline.
        and strpos(lower(coalesce(nullif(specs.declared_model, 'inherit'), best.baseline_model, '')), best.model) = 0
)

select distinct on (agent_name)
    agent_name,
    spec_path,
    declared_model,
    recommended_model,
    reason,
    success_rate,
    success_low,
    tasks_observed,
    expected_cost_usd,
    baseline_expected_cost_usd,
    case
        when is_model_line
            then
                format(
                    E'--- a/%1$s\n+++ b/%1$s\n@@ -%2$s +%2$s @@\n-%3$s\n+%4$s\n',
                    ltrim(spec_path, '/'),
                    line_number,
                    line,
                    regexp_replace(line, '(^model\s*:\s*|Model Tier:\*\*\s*).*$', '\1' || recommended_model)
                )
        when line_number is not null
            then
                format(
                    E'--- a/%1$s\n+++ b/%1$s\n@@ -%2$s,0 +%3$s @@\n+model: %4$s\n',
                    ltrim(spec_path, '/'),
                    line_number,
                    line_number + 1,
                    recommended_model
                )
    end as spec_diff
from drift
order by agent_name asc, tasks_observed desc
