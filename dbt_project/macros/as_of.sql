{# Every window ends here, so that a test can hold the clock still. #}
{% macro as_of() -%}
    {%- if var('as_of', none) -%} cast('{{ var("as_of") }}' as timestamptz)
    {%- else -%} now()
    {%- endif -%}
{%- endmacro %}
