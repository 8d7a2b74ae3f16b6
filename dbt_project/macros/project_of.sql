{# The project of a row with a folder: its repository, known here or from other rows of the folder, else the whole path. #}
{% macro project_of(row) -%}
coalesce({{ row }}.repository, projects.repository, {{ row }}.project_path, 'unknown')
{%- endmacro %}
