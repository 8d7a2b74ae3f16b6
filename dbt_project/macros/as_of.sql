{# The present, unless a test or a look back holds the clock still. #}
{% macro as_of(present='now()') -%}
    {%- if var('as_of', none) -%} cast('{{ var("as_of") }}' as timestamptz)
    {%- else -%} {{ present }}
    {%- endif -%}
{%- endmacro %}
