-- What the advice would save where it moves work from the baseline to another model, and how it went where it was
-- followed. Nobody drew who got which task: what was saved for certain is in proven_savings. Negative is a loss.
with tasks as (
    select * from {{ ref('int_tasks') }}
),

windows as (
    select * from {{ ref('int_windows') }}
),

advice as (
    select * from {{ ref('int_advice') }}
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
        (avg(tasks.is_success::integer) filter (where tasks.is_known))::double precision as success_rate,
        (count(tasks.cost_usd) filter (where tasks.model = advice.baseline_model))::integer as count_baseline,
        (sum(tasks.cost_usd) filter (where tasks.model = advice.baseline_model))::double precision as baseline_cost_usd
    from tasks
    inner join windows on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    inner join advice on tasks.agent_name = advice.agent_name and tasks.cluster_id = advice.cluster_id
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

-- Where the baseline stays, nothing is there to save.
possible as (
    select
        spent.*,
        prices.is_of_this_kind,
        spent.baseline_cost_usd - spent.count_baseline * prices.mean_cost_usd as saving_usd,
        {{ cost_error('spent.count_baseline', 'prices.variance_usd', 'prices.count_costs') }} as error_usd
    from spent
    left join prices
        on
            spent.cluster_id = prices.cluster_id
            and spent.recommended_model = prices.model
            and spent.recommended_model <> spent.baseline_model
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
    possible.window_days,
    possible.agent_name,
    possible.work_type,
    possible.cluster_id,
    possible.cluster_label,
    possible.recommended_model,
    possible.baseline_model,
    possible.count_spawns,
    possible.cost_usd,
    possible.success_rate,
    possible.recommended_success_rate,
    possible.count_baseline,
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
