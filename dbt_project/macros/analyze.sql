{# Statistics of what a run reads: without them Postgres takes a table that was just filled for an empty one, and joins
   ten thousand rows to ten thousand one by one. Autovacuum would come a minute later. #}
{% macro analyze_sources() %}
{%- if execute -%}
{%- for node in graph.sources.values() -%}
analyze {{ adapter.quote(node.schema) }}.{{ adapter.quote(node.identifier) }};
{% endfor -%}
{%- endif -%}
{% endmacro %}

{% macro analyze_table() %}
{%- if execute and model.config.materialized != 'view' -%}
analyze {{ this }}
{%- endif -%}
{% endmacro %}
