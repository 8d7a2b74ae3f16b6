{% for name, metric in metrics().items() -%}
select
    '{{ name }}' as metric,
    '{{ metric.unit }}' as unit,
    $sql${{ metric.means }}$sql$ as meaning,
    $sql$({{ metric.sql }})::{{ metric.type }}$sql$ as over_spawns,
    {% if metric.rolled_up %}$sql$({{ metric.rolled_up }})::{{ metric.type }}$sql$
    {%- else %}null{% endif %} as over_usage
{{ 'union all' if not loop.last }}
{% endfor %}
