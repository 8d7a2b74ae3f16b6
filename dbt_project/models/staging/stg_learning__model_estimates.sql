with source as (
    select * from {{ source('learning', 'model_estimates') }}
),

renamed as (
    select
        -- what it is about
        agent_name,
        work_type,
        cluster_id,
        model,
        effort,
        clustering_version,

        -- what the model can be trusted with
        success_rate,
        success_low,
        success_sd,
        tasks_observed,
        known_outcomes,
        effective_n,
        expected_cost_usd,
        log_cost_sd,
        worth_probability,
        net_benefit,

        -- the decision, made in recommender/decision.py and nowhere else
        is_baseline,
        is_chosen,
        reason,
        estimated_at
    from source
)

select * from renamed
