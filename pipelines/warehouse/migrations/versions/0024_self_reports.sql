-- A reason says how many of its runs only the program that did the work tells of.
alter table learning.model_estimates
add column tasks_self_reported integer not null default 0 check (tasks_self_reported >= 0);
comment on column learning.model_estimates.tasks_self_reported is
'Of tasks_observed: outcomes that the program that did the work tells of itself.';

create or replace view serving.model_evidence as
select
    clustering_version,
    agent_name,
    work_type,
    cluster_id,
    model,
    success_rate,
    success_low,
    success_sd,
    tasks_observed,
    known_outcomes,
    effective_n,
    expected_cost_usd,
    log_cost_sd,
    worth_probability,
    net_benefit,
    logit,
    logit_sd,
    logit_shared_sd,
    outcomes_to_choose,
    is_baseline,
    is_chosen,
    reason,
    effort,
    logit_model_sd,
    log_cost_model_sd,
    tasks_self_reported
from learning.model_estimates;
