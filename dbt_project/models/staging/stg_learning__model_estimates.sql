with source as (
    select * from {{ source('learning', 'model_estimates') }}
),

renamed as (
    select
        -- what it is about
        agent_name,
        cluster_id,
        model,
        clustering_version,

        -- what the model can be trusted with
        success_rate,
        success_low,
        success_sd,
        reliable_probability,
        tasks_observed,
        effective_n,
        expected_cost_usd,

        -- the decision, made in pipelines/estimate/decision.py and nowhere else
        is_default,
        is_chosen,
        reason,
        estimated_at
    from source
)

select * from renamed
