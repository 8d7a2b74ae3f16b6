-- What the advice would have saved on what was spent, and what it did save where it was followed. Negative is a loss.
with z as (
    select 1.6449 as z -- two-sided 90 %
),

spent as (
    select
        windows.window_days,
        tasks.agent_name,
        tasks.cluster_id,
        tasks.cluster_label,
        advice.model as recommended_model,
        advice.success_rate as recommended_success_rate,
        count(*)::integer as count_spawns,
        sum(tasks.cost_usd) as cost_usd,
        (avg(tasks.is_success::integer) filter (where tasks.is_known))::double precision as success_rate,
        (count(tasks.cost_usd) filter (where tasks.model <> advice.model))::integer as count_other_model,
        sum(tasks.cost_usd) filter (where tasks.model <> advice.model) as other_model_cost_usd
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_windows') }} as windows
        on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    inner join {{ ref('int_advice') }} as advice
        on tasks.agent_name = advice.agent_name and tasks.cluster_id = advice.cluster_id
    group by
        windows.window_days, tasks.agent_name, tasks.cluster_id, tasks.cluster_label, advice.model, advice.success_rate
),

-- Against the default's price: what would have been used without advice. Following the default saves nothing.
realised as (
    select
        windows.window_days,
        followed.agent_name,
        followed.cluster_id,
        count(*)::integer as count_followed,
        (count(*) filter (where followed.is_agent_failure))::integer as count_followed_failures,
        sum(followed.cost_usd) filter (where followed.is_agent_failure) as followed_failures_cost_usd,
        sum(prices.mean_cost_usd - followed.cost_usd) as realised_saving_usd,
        sum(prices.standard_error_usd) filter (where followed.cost_usd is not null) as standard_error_usd
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
    spent.window_days,
    spent.agent_name,
    spent.cluster_id,
    spent.cluster_label,
    spent.recommended_model,
    spent.count_spawns,
    spent.cost_usd,
    spent.success_rate,
    spent.recommended_success_rate,
    spent.count_other_model,
    spent.other_model_cost_usd - spent.count_other_model * prices.mean_cost_usd as possible_saving_usd,
    spent.other_model_cost_usd
    - spent.count_other_model * (prices.mean_cost_usd + z.z * prices.standard_error_usd) as possible_saving_low_usd,
    spent.other_model_cost_usd
    - spent.count_other_model * (prices.mean_cost_usd - z.z * prices.standard_error_usd) as possible_saving_high_usd,
    prices.is_of_this_kind as is_price_of_this_kind,
    coalesce(realised.count_followed, 0) as count_followed,
    coalesce(realised.count_followed_failures, 0) as count_followed_failures,
    realised.followed_failures_cost_usd,
    realised.realised_saving_usd,
    realised.realised_saving_usd - z.z * realised.standard_error_usd as realised_saving_low_usd,
    realised.realised_saving_usd + z.z * realised.standard_error_usd as realised_saving_high_usd
from spent
cross join z
left join {{ ref('int_model_prices') }} as prices
    on spent.cluster_id = prices.cluster_id and spent.recommended_model = prices.model
left join realised
    on
        spent.window_days = realised.window_days
        and spent.agent_name = realised.agent_name
        and spent.cluster_id = realised.cluster_id
