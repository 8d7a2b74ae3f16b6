select
    model,
    week,
    count_known,
    count_successes::double precision / count_known as success_rate,
    expected_successes / count_known as expected_success_rate,
    (count_successes - expected_successes) / count_known as success_change,
    (count_successes - expected_successes) / standard_error as z_score
from {{ ref('int_model_weeks') }}
where
    count_known >= {{ var('regression_min_tasks') }}
    and expected_successes - count_successes >= {{ var('regression_min_drop') }} * count_known
    and expected_successes - count_successes >= {{ var('regression_min_z') }} * standard_error
