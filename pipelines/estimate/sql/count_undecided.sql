select
    count(*) as scopes,
    count(*) filter (where choices <> 1) as undecided
from (
    select count(*) filter (where is_chosen and reason <> '') as choices
    from learning.model_estimates
    group by agent_name, work_type, cluster_id
) as scope
