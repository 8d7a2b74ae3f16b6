{#
  A view that is replaced where it stands: what reads it, and the views on it, stay. dbt's own makes another one, and
  drops the old one with all views on it. That is left for the first night, and for a view whose columns have changed.
#}
{% materialization view, adapter='postgres' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('replace') -%}
        do $view$ begin
            perform set_config('spawnwise.is_replaced', 'yes', true);
            create or replace view {{ target }} as (
                {{ sql }}
            );
        exception when invalid_table_definition or wrong_object_type then
            perform set_config('spawnwise.is_replaced', 'no', true);
        end $view$;
        select where current_setting('spawnwise.is_replaced') = 'yes'
    {%- endcall %}
    {% if load_result('replace')['response'].rows_affected == 1 %}
        {% call noop_statement('main', 'CREATE VIEW', 'CREATE VIEW') -%}
            {{ sql }}
        {%- endcall %}
    {% else %}
        {% do adapter.drop_relation(existing or target) %}
        {% call statement('main') -%}
            {{ get_create_view_as_sql(target, sql) }}
        {%- endcall %}
    {% endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=True)) %}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
