-- What the advice would have saved on what was spent, and what it did save where it was followed. Negative is a loss.
with spent as (
    select
        windows.window_days,
        tasks.agent_name,
        tasks.cluster_id,
        tasks.cluster_label,
        advice.model as recommended_model,
        advice.success_rate as recommended_success_rate,
        count(*)::integer as count_spawns,
        sum(tasks.cost_usd)::double precision as cost_usd,
        (avg(tasks.is_success::integer) filter (where tasks.is_known))::double precision as success_rate,
        (count(tasks.cost_usd) filter (where tasks.model <> advice.model))::integer as count_other_model,
        (sum(tasks.cost_usd) filter (where tasks.model <> advice.model))::double precision as other_model_cost_usd
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_windows') }} as windows
        on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    inner join {{ ref('int_advice') }} as advice
        on tasks.agent_name = advice.agent_name and tasks.cluster_id = advice.cluster_id
    group by
        windows.window_days, tasks.agent_name, tasks.cluster_id, tasks.cluster_label, advice.model, advice.success_rate
),

possible as (
    select
        spent.*,
        prices.is_of_this_kind,
        spent.other_model_cost_usd - spent.count_other_model * prices.mean_cost_usd as saving_usd,
        {{ cost_error('spent.count_other_model', 'prices.variance_usd', 'prices.count_costs') }} as error_usd
    from spent
    left join {{ ref('int_model_prices') }} as prices
        on spent.cluster_id = prices.cluster_id and spent.recommended_model = prices.model
),

-- Against the default's price: what would have been used without advice. Following the default saves nothing.
realised as (
    select
        windows.window_days,
        followed.agent_name,
        followed.cluster_id,
        count(*)::integer as count_followed,
        (count(*) filter (where followed.is_agent_failure))::integer as count_followed_failures,
        (sum(followed.cost_usd) filter (where followed.is_agent_failure))::double precision
            as followed_failures_cost_usd,
        count(followed.cost_usd) * max(prices.mean_cost_usd) - sum(followed.cost_usd)::double precision
            as realised_saving_usd,
        {{ cost_error('count(followed.cost_usd)', 'max(prices.variance_usd)', 'max(prices.count_costs)') }} as error_usd
    from {{ ref('int_followed_advice') }} as followed
    inner join {{ ref('int_windows') }} as windows
        on followed.spawned_at > windows.spawned_from and followed.spawned_at <= windows.spawned_until
    inner join {{ ref('int_advice') }} as advice
        on followed.agent_name = advice.agent_name and followed.cluster_id = advice.cluster_id
    left join {{ ref('int_model_prices') }} as prices
        on followed.cluster_id = prices.cluster_id and advice.default_model = prices.model
    where followed.is_followed and followed.model <> advice.default_model
    group by windows.window_days, followed.agent_name, followed.cluster_id
)

select
    possible.window_days,
    possible.agent_name,
    possible.cluster_id,
    possible.cluster_label,
    possible.recommended_model,
    possible.count_spawns,
    possible.cost_usd,
    possible.success_rate,
    possible.recommended_success_rate,
    possible.count_other_model,
    possible.saving_usd as possible_saving_usd,
    possible.saving_usd - possible.error_usd as possible_saving_low_usd,
    possible.saving_usd + possible.error_usd as possible_saving_high_usd,
    possible.is_of_this_kind as is_price_of_this_kind,
    coalesce(realised.count_followed, 0) as count_followed,
    coalesce(realised.count_followed_failures, 0) as count_followed_failures,
    realised.followed_failures_cost_usd,
    realised.realised_saving_usd,
    realised.realised_saving_usd - realised.error_usd as realised_saving_low_usd,
    realised.realised_saving_usd + realised.error_usd as realised_saving_high_usd
from possible
left join realised
    on
        possible.window_days = realised.window_days
        and possible.agent_name = realised.agent_name
        and possible.cluster_id = realised.cluster_id
