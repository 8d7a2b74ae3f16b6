{# A log cannot tell of what comes after its reading, clocks that run ahead aside, nor of agents before there were any. #}
{% macro is_time_possible(spawned_at, read_at) -%}
    (
        {{ spawned_at }} >= timestamptz '{{ var("first_possible_day") }} 00:00:00+00'
        and {{ spawned_at }} <= {{ read_at }} + make_interval(days => {{ var('clock_skew_days') }})
    )
{%- endmacro %}
