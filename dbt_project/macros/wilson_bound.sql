{# Wilson's score bound of a rate, two-sided 90 %; null where nothing was tried. #}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set z = 1.6449 -%}
    {%- set sign = '-' if side == 'low' else '+' -%}
    cast(
        (
            ({{ successes }}) + {{ z * z / 2 }}
            {{ sign }} {{ z }} * sqrt(
                ({{ successes }}) * (({{ trials }}) - ({{ successes }})) / nullif(({{ trials }})::double precision, 0)
                + {{ z * z / 4 }}
            )
        ) / (nullif(({{ trials }}), 0) + {{ z * z }})
        as double precision
    )
{%- endmacro %}
