select
    window_days,
    sum(count_spawns)::integer as count_spawns,
    sum(cost_usd) as cost_usd,
    sum(estimated_cost_usd) as estimated_cost_usd,
    sum(possible_saving_usd) as possible_saving_usd,
    sum(possible_saving_low_usd) as possible_saving_low_usd,
    sum(possible_saving_high_usd) as possible_saving_high_usd,
    sum(count_followed)::integer as count_followed,
    sum(count_followed_failures)::integer as count_followed_failures,
    sum(realised_saving_usd) as realised_saving_usd,
    sum(realised_saving_low_usd) as realised_saving_low_usd,
    sum(realised_saving_high_usd) as realised_saving_high_usd
from marts.savings
group by window_days
order by window_days
