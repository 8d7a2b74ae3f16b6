{# Half the 90 % interval of what so many more tasks cost in all: each varies, and their mean is itself uncertain. #}
{% macro cost_error(count_tasks, variance, count_costs) -%}
    (
        1.6449 * sqrt(
            {{ variance }} * (({{ count_tasks }}) + power({{ count_tasks }}, 2)::double precision / {{ count_costs }})
        )
    )::double precision
{%- endmacro %}
