-- Success as the rules see it, and as second looks at a random sample correct it.
with rates as (
    select * from {{ source('learning', 'audit_rates') }}
)

select
    agent_name,
    model,
    count_outcomes,
    observed_success,
    corrected_success,
    corrected_low,
    corrected_high,
    corrected_success - observed_success as correction,
    share_missed,
    share_missed_low,
    share_missed_high,
    count_audits,
    count_person,
    count_bad,
    count_unclear,
    count_audits > 0 as is_audited
from rates
