{# The not_null tests of a model as one statement of its own transaction: the old table stays where a null is found, and
   a night runs half the tests. A table carries them as constraints. #}
{% macro forbid_nulls() %}
{%- if execute -%}
{%- set columns = [] -%}
{%- for node in graph.nodes.values() -%}
    {%- if node.resource_type == 'test' and node.attached_node == model.unique_id
        and node.test_metadata and node.test_metadata.name == 'not_null' -%}
        {%- do columns.append(adapter.quote(node.column_name)) -%}
    {%- endif -%}
{%- endfor -%}
{%- if columns and model.config.materialized == 'view' -%}
do $$ begin
    if exists (select from {{ this }} where num_nulls({{ columns | join(', ') }}) > 0) then
        raise not_null_violation using message = '{{ this.identifier }}: one of these is null: {{ columns | join(", ") }}';
    end if;
end $$
{%- elif columns -%}
do $$ begin
    -- One that was filled in place, as a reader has it open, carries them already: to alter it would wait for the reader.
    if exists (
        select from pg_attribute
        where attrelid = '{{ this }}'::regclass and attnum > 0 and not attisdropped and not attnotnull
            and attname in ({% for column in columns %}'{{ column | replace('"', '') }}'{{ ', ' if not loop.last }}{% endfor %})
    ) then
        alter table {{ this }} {% for column in columns %}alter column {{ column }} set not null{{ ', ' if not loop.last }}
        {%- endfor %};
    end if;
end $$
{%- endif -%}
{%- endif -%}
{% endmacro %}
