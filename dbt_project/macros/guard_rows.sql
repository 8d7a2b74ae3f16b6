{# Members of a shared server see the rows of their projects, and what the numbers mean; of other marts nothing. In the
   transaction that swaps the mart in, so that it is never open. #}
{% macro guard_rows() %}
{%- if execute and ('project' in model.columns or model.name == 'metrics') -%}
select learning.guard_rows('{{ this }}'::regclass)
{%- endif -%}
{% endmacro %}
