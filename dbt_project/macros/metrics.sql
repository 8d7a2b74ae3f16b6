{# Every number of the marts by its one definition, over the facts of marts.spawns (or int_tasks, which has the same
   columns). The first of each is what a group of spawns has; `rolled_up` is the same from rows that are summed already
   (marts.usage_*), where it can be had from them. marts.metrics shows this list to people. #}
{% macro metrics() -%}
    {{ return({
        'count_spawns': {
            'type': 'integer', 'unit': 'spawns', 'sql': 'count(*)', 'rolled_up': 'sum(count_spawns)',
            'means': 'Spawns.'},
        'count_successes': {
            'type': 'integer', 'unit': 'spawns', 'sql': 'count(*) filter (where is_success)',
            'rolled_up': 'sum(count_successes)', 'means': 'Spawns that succeeded.'},
        'count_agent_failures': {
            'type': 'integer', 'unit': 'spawns', 'sql': 'count(*) filter (where is_agent_failure)',
            'rolled_up': 'sum(count_agent_failures)', 'means': "Failures by the agent's own fault."},
        'count_other_failures': {
            'type': 'integer', 'unit': 'spawns',
            'sql': "count(*) filter (where outcome = 'failure' and not is_agent_failure)",
            'rolled_up': 'sum(count_other_failures)',
            'means': "Failures by another's fault: environment, launch, user, sibling."},
        'count_unknown': {
            'type': 'integer', 'unit': 'spawns', 'sql': "count(*) filter (where outcome = 'unknown')",
            'rolled_up': 'sum(count_unknown)', 'means': 'Spawns whose outcome no log tells.'},
        'success_rate': {
            'type': 'double precision', 'unit': 'share', 'sql': 'avg(is_success::integer) filter (where is_known)',
            'rolled_up': 'sum(count_successes)::numeric'
                ~ ' / nullif(sum(count_successes + count_agent_failures), 0)',
            'means': "Successes among successes and own failures; others' failures and the unknown are left out."},
        'unknown_share': {
            'type': 'double precision', 'unit': 'share', 'sql': "avg((outcome = 'unknown')::integer)",
            'rolled_up': 'sum(count_unknown)::numeric / sum(count_spawns)', 'means': 'Unknown among all spawns.'},
        'input_tokens': {
            'type': 'bigint', 'unit': 'tokens', 'sql': 'sum(input_tokens)', 'rolled_up': 'sum(input_tokens)',
            'means': 'Input tokens outside the cache.'},
        'output_tokens': {
            'type': 'bigint', 'unit': 'tokens', 'sql': 'sum(output_tokens)', 'rolled_up': 'sum(output_tokens)',
            'means': 'Output tokens.'},
        'cache_read_tokens': {
            'type': 'bigint', 'unit': 'tokens', 'sql': 'sum(cache_read_tokens)',
            'rolled_up': 'sum(cache_read_tokens)', 'means': 'Tokens read from the cache.'},
        'cache_write_tokens': {
            'type': 'bigint', 'unit': 'tokens', 'sql': 'sum(cache_write_tokens)',
            'rolled_up': 'sum(cache_write_tokens)', 'means': 'Tokens written to the cache.'},
        'cache_read_share': {
            'type': 'double precision', 'unit': 'share',
            'sql': 'sum(cache_read_tokens)::numeric / nullif(sum(input_tokens)'
                ~ ' + coalesce(sum(cache_read_tokens), 0) + coalesce(sum(cache_write_tokens), 0), 0)',
            'rolled_up': 'sum(cache_read_tokens)::numeric / nullif(sum(input_tokens)'
                ~ ' + coalesce(sum(cache_read_tokens), 0) + coalesce(sum(cache_write_tokens), 0), 0)',
            'means': 'Of the tokens that models were given, those that came from the cache.'},
        'cost_usd': {
            'type': 'double precision', 'unit': 'USD', 'sql': 'sum(cost_usd)', 'rolled_up': 'sum(cost_usd)',
            'means': 'Cost of the spawns whose cost is known; null without any.'},
        'estimated_cost_usd': {
            'type': 'double precision', 'unit': 'USD', 'sql': 'sum(estimated_cost_usd)',
            'rolled_up': 'sum(estimated_cost_usd)',
            'means': 'The part of cost_usd that is estimated, where the log counts too few tokens; 0 where none is.'},
        'estimated_cost_share': {
            'type': 'double precision', 'unit': 'share',
            'sql': 'sum(estimated_cost_usd)::numeric / nullif(sum(cost_usd)::numeric, 0)',
            'rolled_up': 'sum(estimated_cost_usd)::numeric / nullif(sum(cost_usd)::numeric, 0)',
            'means': 'How much of the cost is estimated.'},
        'count_cost_known': {
            'type': 'integer', 'unit': 'spawns', 'sql': 'count(cost_usd)', 'rolled_up': 'sum(count_cost_known)',
            'means': 'Spawns whose cost is known.'},
        'mean_cost_usd': {
            'type': 'double precision', 'unit': 'USD', 'sql': 'avg(cost_usd)',
            'rolled_up': 'sum(cost_usd)::numeric / nullif(sum(count_cost_known), 0)',
            'means': 'Mean cost of a spawn whose cost is known.'},
        'count_priced_successes': {
            'type': 'integer', 'unit': 'spawns', 'sql': 'count(cost_usd) filter (where is_success)',
            'rolled_up': 'sum(count_priced_successes)', 'means': 'Successes whose cost is known.'},
        'cost_per_success_usd': {
            'type': 'double precision', 'unit': 'USD',
            'sql': 'sum(cost_usd) / nullif(count(cost_usd) filter (where is_success), 0)',
            'rolled_up': 'sum(cost_usd)::numeric / nullif(sum(count_priced_successes), 0)',
            'means': 'All that was spent, on failures and unknown outcomes too, for each success of known cost.'},
        'count_durations': {
            'type': 'integer', 'unit': 'spawns', 'sql': 'count(duration_ms)', 'rolled_up': 'sum(count_durations)',
            'means': 'Spawns whose duration is known.'},
        'duration_ms': {
            'type': 'bigint', 'unit': 'ms', 'sql': 'sum(duration_ms)', 'rolled_up': 'sum(duration_ms)',
            'means': 'Time that all of them took; their percentiles are in marts.durations.'},
        'p50_duration_ms': {
            'type': 'double precision', 'unit': 'ms', 'sql': 'percentile_cont(0.5) within group (order by duration_ms)',
            'means': 'Median duration.'},
        'p95_duration_ms': {
            'type': 'double precision', 'unit': 'ms',
            'sql': 'percentile_cont(0.95) within group (order by duration_ms)',
            'means': '95th percentile of the duration.'},
    }) }}
{%- endmacro %}

{# Columns of a select over spawns: each metric by its name, in its type. #}
{% macro measures(names) -%}
    {%- for name in names %}
        ({{ metrics()[name].sql }})::{{ metrics()[name].type }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# What marts.usage_* hold: all that sums up. #}
{% macro usage_measures() -%}
    {{ return([
        'count_spawns', 'count_successes', 'count_agent_failures', 'count_other_failures', 'count_unknown',
        'input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens',
        'cost_usd', 'estimated_cost_usd', 'count_cost_known', 'count_priced_successes',
        'count_durations', 'duration_ms',
    ]) }}
{%- endmacro %}

{# What marts of usage, failures and durations are cut by, from int_tasks; what no log tells is unknown. #}
{% macro dimensions() -%}
    project,
    user_name,
    host,
    agent_name,
    coalesce(model, 'unknown') as model,
    coalesce(effort, 'unknown') as effort,
    coalesce(work_type, 'unknown') as work_type
{%- endmacro %}

{# All that sums up, by period and dimension: one select. #}
{% macro usage_by(period, name) -%}
    select
        {{ period }} as {{ name }},
        {{ dimensions() }},
        {{ measures(usage_measures()) }}
    from {{ ref('int_tasks') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8
{%- endmacro %}
