with graded as (
    select
        decided_in_week,
        answer_source,
        is_followed,
        count(*)::integer as count_decisions,
        (count(*) filter (where is_known))::integer as count_known,
        (count(*) filter (where is_success))::integer as count_successes,
        (avg(predicted_success_rate::numeric) filter (where is_known))::double precision as predicted_success_rate,
        -- Brier's score: 0 is perfect, .25 is a coin's.
        (
            avg(power(predicted_success_rate::numeric - is_success::integer, 2)) filter (where is_known)
        )::double precision as brier_score
    from {{ ref('int_followed_advice') }}
    group by decided_in_week, answer_source, is_followed
)

select
    decided_in_week,
    answer_source,
    is_followed,
    count_decisions,
    count_known,
    count_successes::double precision / nullif(count_known, 0) as success_rate,
    {{ wilson_bound('count_successes', 'count_known', 'low') }} as success_low,
    {{ wilson_bound('count_successes', 'count_known', 'high') }} as success_high,
    predicted_success_rate,
    brier_score,
    predicted_success_rate between
    {{ wilson_bound('count_successes', 'count_known', 'low') }}
    and {{ wilson_bound('count_successes', 'count_known', 'high') }} as is_calibrated
from graded
