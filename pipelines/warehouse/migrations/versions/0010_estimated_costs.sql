-- Some logs count only the first tokens of a message: the rest is estimated from what can be seen, and marked.
alter table learning.task_history
add column estimated_output_tokens bigint not null default 0 check (estimated_output_tokens >= 0),
add column estimated_cost_usd double precision not null default 0 check (estimated_cost_usd >= 0);

comment on column learning.task_history.estimated_output_tokens is
'The part of output_tokens that no log counted: estimated from visible text and tool calls.';
comment on column learning.task_history.estimated_cost_usd is
'The part of cost_usd that these tokens cost; 0 while cost_usd is null.';
