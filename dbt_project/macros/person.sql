{# A person's or a machine's name as people are to see it: a pseudonym where the setting asks for one. #}
{% macro person(name, kind='person') -%}
    {%- if var('pseudonyms') -%} learning.pseudonym('{{ kind }}', {{ name }}) {%- else -%} {{ name }} {%- endif -%}
{%- endmacro %}

{# A path or a repository, likewise: the people in it. #}
{% macro place(name, user_name) -%}
    {%- if var('pseudonyms') -%} learning.without_people({{ name }}, {{ user_name }})
    {%- else -%} {{ name }} {%- endif -%}
{%- endmacro %}
