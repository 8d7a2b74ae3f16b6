{# An amount of dollars, weighed as SPAWNWISE_MODEL_WEIGHTS says of its model: who pays by subscription saves quota. #}
{% macro weighed(amount, model) -%}
    {%- set weights = var('model_weights') -%}
    {%- if weights is mapping and weights -%}
        ({{ amount }} * case {{ model }}
            {%- for name, weight in weights.items() %} when '{{ name | replace("'", "''") }}' then {{ weight }}{% endfor %}
            else 1
        end)
    {%- else -%}
        {{ amount }}
    {%- endif -%}
{%- endmacro %}
