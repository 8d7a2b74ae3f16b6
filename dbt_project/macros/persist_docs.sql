{# All comments of a model as one statement, where dbt asks twice for its columns. One that is not there is an error. #}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments -%}
        {%- if for_relation and config.persist_relation_docs() and model.description -%}
            {{ alter_relation_comment(relation, model.description) }}
        {%- endif -%}
        {%- if for_columns and config.persist_column_docs() -%}
            {%- for name, column in model.columns.items() %}
                comment on column {{ relation }}.{{ adapter.quote(name) if column.quote else name }}
                is {{ postgres_escape_comment(column.description) }};
            {%- endfor -%}
        {%- endif -%}
    {%- endset -%}
    {% if comments | trim %}
        {% call statement('comments') -%}
            {{ comments }}
        {%- endcall %}
    {% endif %}
{%- endmacro %}
