{#
  A table that readers may have open. dbt's own swap waits for every open transaction that has read the old table, and
  anyone who comes next waits behind it. This one waits a second; then it fills the old table in place, which no reader
  holds up. Otherwise as in dbt.
#}
{% materialization table, adapter='postgres' %}
    {{ return(build_beside_readers(this.incorporate(type='table'), load_cached_relation(this))) }}
{% endmaterialization %}

{% macro build_beside_readers(target, existing) %}
    {%- set made = make_intermediate_relation(target) -%}
    {%- set backup = make_backup_relation(target, 'table' if existing is none else existing.type) -%}
    {%- set grant_config = config.get('grants') -%}
    {{ drop_relation_if_exists(load_cached_relation(made)) }}
    {% if load_cached_relation(backup) is not none %}
        {% do drop_beside_readers(backup) %}
    {% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('main') -%}
        {{ get_create_table_as_sql(False, made, sql) }}
    {%- endcall %}
    {% do create_indexes(made) %}

    {% if existing is none or not existing.is_table -%}
        {%- if existing is not none -%}
            {{ adapter.rename_relation(existing, backup) }}
        {%- endif %}
        {{ adapter.rename_relation(made, target) }}
        {%- set has_backup = existing is not none -%}
    {%- else -%}
        {% call statement('swap') -%}
            {{ swap_beside_readers(target, made, backup) }};
            {{ one_row_where_there(backup) }}
        {%- endcall %}
        {%- set has_backup = load_result('swap')['response'].rows_affected == 1 -%}
        {%- if has_backup -%}
            {% do adapter.cache_renamed(target, backup) %}
            {% do adapter.cache_renamed(made, target) %}
        {%- endif %}
    {%- endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(target, grant_config, should_revoke=should_revoke(existing, full_refresh_mode=True)) %}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {% if has_backup %}
        {% do drop_beside_readers(backup) %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmacro %}

{% macro swap_beside_readers(target, made, backup) %}
do $swap$
declare
    columns_of text := 'select array_agg((attname, atttypid) order by attnum) from pg_attribute
        where attrelid = $1 and attnum > 0 and not attisdropped';
    before text;
    now text;
    waited text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', '1s', true);
    begin
        alter table {{ target }} rename to {{ adapter.quote(backup.identifier) }};
        alter table {{ made }} rename to {{ adapter.quote(target.identifier) }};
        perform set_config('lock_timeout', waited, true);
        return;
    exception when lock_not_available then
        null; -- a reader has it open
    end;
    perform set_config('lock_timeout', waited, true);
    execute columns_of into before using '{{ target }}'::regclass;
    execute columns_of into now using '{{ made }}'::regclass;
    if before is distinct from now then
        raise lock_not_available using message =
            'canceling statement due to lock timeout: {{ target.identifier }} has other columns now';
    end if;
    delete from {{ target }};
    insert into {{ target }} select * from {{ made }};
    drop table {{ made }};
end $swap$
{% endmacro %}

{% macro drop_beside_readers(relation) %}
    {% call statement('drop_beside_readers', auto_begin=False) -%}
        do $drop$
        declare
            waited text := current_setting('lock_timeout');
        begin
            perform set_config('lock_timeout', '1s', true);
            drop {{ relation.type }} if exists {{ relation }} cascade;
            perform set_config('lock_timeout', waited, true);
        exception when lock_not_available then
            null; -- the next night drops it
        end $drop$;
        {{ one_row_where_there(relation) }}
    {%- endcall %}
    {# With it go the views on it, which dbt must not take for there. #}
    {% if load_result('drop_beside_readers')['response'].rows_affected == 0 %}
        {% do adapter.cache_dropped(relation) %}
    {% endif %}
{% endmacro %}

{# The last part of a statement whose count of rows says whether a relation is there: to fetch a row takes dbt longer. #}
{% macro one_row_where_there(relation) -%}
select where to_regclass('{{ relation }}') is not null
{%- endmacro %}
