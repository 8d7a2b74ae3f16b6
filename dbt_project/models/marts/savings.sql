-- What the advice would save where it moves work to another model, and how it went where it was followed. Nobody drew
-- who got which task: what was saved for certain is in proven_savings. Negative is a loss.
with tasks as (
    select * from {{ ref('int_tasks') }}
),

windows as (
    select * from {{ ref('int_windows') }}
),

advice as (
    select * from {{ ref('int_advice') }}
),

moves as (
    select * from {{ ref('int_advised_moves') }}
),

prices as (
    select * from {{ ref('int_model_prices') }}
),

spent as (
    select
        windows.window_days,
        tasks.agent_name,
        tasks.work_type,
        tasks.cluster_id,
        tasks.cluster_label,
        advice.model as recommended_model,
        advice.baseline_model,
        advice.success_rate as recommended_success_rate,
        count(*)::integer as count_spawns,
        sum(tasks.cost_usd)::double precision as cost_usd,
        sum(tasks.estimated_cost_usd)::double precision as estimated_cost_usd,
        (avg(tasks.is_success::integer) filter (where tasks.is_known))::double precision as success_rate
    from tasks
    inner join windows on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    inner join advice on tasks.agent_name = advice.agent_name and tasks.cluster_id = advice.cluster_id
    group by
        windows.window_days,
        tasks.agent_name,
        tasks.work_type,
        tasks.cluster_id,
        tasks.cluster_label,
        advice.model,
        advice.baseline_model,
        advice.success_rate
),

moved as (
    select
        windows.window_days,
        tasks.agent_name,
        tasks.cluster_id,
        moves.to_model,
        count(tasks.cost_usd)::integer as count_moved,
        sum(tasks.cost_usd)::double precision as cost_usd
    from tasks
    inner join windows on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    inner join moves
        on
            tasks.agent_name = moves.agent_name
            and tasks.cluster_id = moves.cluster_id
            and tasks.model = moves.from_model
    group by windows.window_days, tasks.agent_name, tasks.cluster_id, moves.to_model
),

-- What stays where it runs has nothing to save. Sorted, so that a sum does not depend on the order of its rows.
possible as (
    select
        moved.window_days,
        moved.agent_name,
        moved.cluster_id,
        sum(moved.count_moved)::integer as count_moved,
        bool_and(prices.is_of_this_kind) as is_of_this_kind,
        sum(moved.cost_usd - moved.count_moved * prices.mean_cost_usd order by moved.to_model) as saving_usd,
        sqrt(
            sum(
                power({{ cost_error('moved.count_moved', 'prices.variance_usd', 'prices.count_costs') }}, 2)
                order by moved.to_model
            )
        ) as error_usd
    from moved
    left join prices on moved.cluster_id = prices.cluster_id and moved.to_model = prices.model
    group by moved.window_days, moved.agent_name, moved.cluster_id
),

-- Against the usual price of what would have run without advice. Following advice to keep it saves nothing.
realised as (
    select
        windows.window_days,
        followed.agent_name,
        followed.cluster_id,
        count(*)::integer as count_followed,
        (count(*) filter (where followed.is_agent_failure))::integer as count_followed_failures,
        (sum(followed.cost_usd) filter (where followed.is_agent_failure))::double precision
            as followed_failures_cost_usd,
        (sum(followed.estimated_cost_usd) / nullif(sum(followed.cost_usd), 0))::double precision
            as followed_estimated_share,
        sum(prices.mean_cost_usd) filter (where followed.cost_usd is not null)
        - (sum(followed.cost_usd) filter (where prices.mean_cost_usd is not null))::double precision
            as realised_saving_usd,
        {{
            cost_error(
                'count(followed.cost_usd) filter (where prices.mean_cost_usd is not null)',
                'max(prices.variance_usd)',
                'min(prices.count_costs)'
            )
        }} as error_usd
    from {{ ref('int_followed_advice') }} as followed
    inner join windows on followed.spawned_at > windows.spawned_from and followed.spawned_at <= windows.spawned_until
    left join prices on followed.cluster_id = prices.cluster_id and followed.baseline_model = prices.model
    where followed.is_followed and followed.model <> followed.baseline_model
    group by windows.window_days, followed.agent_name, followed.cluster_id
)

select
    spent.window_days,
    spent.agent_name,
    spent.work_type,
    spent.cluster_id,
    spent.cluster_label,
    spent.recommended_model,
    spent.baseline_model,
    spent.count_spawns,
    spent.cost_usd,
    spent.estimated_cost_usd,
    spent.success_rate,
    spent.recommended_success_rate,
    coalesce(possible.count_moved, 0) as count_moved,
    possible.saving_usd as possible_saving_usd,
    possible.saving_usd - possible.error_usd as possible_saving_low_usd,
    possible.saving_usd + possible.error_usd as possible_saving_high_usd,
    possible.is_of_this_kind as is_price_of_this_kind,
    coalesce(realised.count_followed, 0) as count_followed,
    coalesce(realised.count_followed_failures, 0) as count_followed_failures,
    realised.followed_failures_cost_usd,
    realised.followed_estimated_share,
    realised.realised_saving_usd,
    realised.realised_saving_usd - realised.error_usd as realised_saving_low_usd,
    realised.realised_saving_usd + realised.error_usd as realised_saving_high_usd
from spent
left join possible
    on
        spent.window_days = possible.window_days
        and spent.agent_name = possible.agent_name
        and spent.cluster_id = possible.cluster_id
left join realised
    on
        spent.window_days = realised.window_days
        and spent.agent_name = realised.agent_name
        and spent.cluster_id = realised.cluster_id
