{# Student's quantile for a two-sided 90 % interval, as its series in 1 / df: within .01 from 3 degrees of freedom on. #}
{% macro student_t(df) -%}
    (
        1.644854 + 1.523768 / greatest({{ df }}, 1) + 1.420202 / power(greatest({{ df }}, 1), 2)
        + 0.983 / power(greatest({{ df }}, 1), 3)
    )
{%- endmacro %}
