{# The tables with rows for each spawn follow the night's changes (int_changed_tasks); everything else is counted from
   them again. They are built whole where the project, a setting or the clustering is another than before, and where
   somebody has emptied one. #}
{% macro fact_tables() -%}
{{ return("array['intermediate.int_outcome_evidence', 'intermediate.int_task_outcomes', 'intermediate.int_tasks', 'marts.spawns']") }}
{%- endmacro %}

{# Hook before int_changed_tasks: what is written from now on is the next night's. #}
{% macro begin_fact_build() %}
select learning.begin_fact_build('{{ var("built_by") }}', {{ flags.FULL_REFRESH or not var('built_by') }}, {{ fact_tables() }})
{% endmacro %}

{# Hook behind each of these tables: when all are built, the changes are dealt with. #}
{% macro end_fact_build() %}
select learning.end_fact_build('{{ this.schema }}.{{ this.identifier }}', {{ fact_tables() }})
{% endmacro %}

{# Condition in such a model: whole, or the spawns that changed. An array is looked up before rows are grouped, but
   counts as ten spawns where rows are joined: each of many would be compared with each. #}
{% macro is_changed(task_id, before_grouping=false) -%}
    {%- if not execute -%}
        {%- do ref('int_changed_tasks') -%} {# as dbt learns what a model is made from before it runs any #}
    {%- endif -%}
    {%- if model.resource_type == 'model' and is_incremental() -%}
        {%- set changed = "select changed.task_id from " ~ ref('int_changed_tasks') ~ " as changed" -%}
        {{ task_id }} {{ "= any(array(" ~ changed ~ "))" if before_grouping else "in (" ~ changed ~ ")" }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# A table of this schema as an earlier run left it, which may not refer to it; without rows where there is none yet. #}
{% macro as_built(name, columns) -%}
    {%- set found = adapter.get_relation(this.database, this.schema, name) if execute -%}
    {%- if found -%}
        {{ found }}
    {%- else -%}
        (select {% for column, type in columns.items() %}null::{{ type }} as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false)
    {%- endif -%}
{%- endmacro %}

{# As dbt's, and where the changes alone would not do. #}
{% macro should_full_refresh() %}
    {%- set is_full = flags.FULL_REFRESH if config.get('full_refresh') is none else config.get('full_refresh') -%}
    {%- if execute and not is_full and "'" ~ model.schema ~ '.' ~ model.name ~ "'" in fact_tables() -%}
        {%- set is_full = run_query('select is_full from learning.fact_builds').columns[0].values()[0] -%}
    {%- endif -%}
    {{ return(is_full) }}
{% endmacro %}

{# A table beside its readers, of which only the rows of changed spawns are written again. #}
{% materialization incremental, adapter='postgres' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if not is_incremental() -%}
        {{ return(build_beside_readers(target, existing)) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set columns = get_quoted_csv(adapter.get_columns_in_relation(target) | map(attribute='name')) -%}
    {%- set changed = make_temp_relation(target) -%}
    {% call statement('main') -%}
        create temp table {{ changed }} on commit drop as {{ sql }}
    {%- endcall %}
    {% call statement('replace') -%}
        delete from {{ target }} where task_id::uuid in (select task_id from {{ ref('int_changed_tasks') }});
        insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ changed }}
    {%- endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=False)) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
