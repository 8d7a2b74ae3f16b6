-- To date, and the newest week with a draw of any trial: earlier weeks are a query away.
select * from marts.proven_savings
where week is null or week = (select max(week) from marts.proven_savings)
order by period, abs(saving_usd) desc nulls last, trial_id
