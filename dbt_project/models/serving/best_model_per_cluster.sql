select * from {{ ref('best_model_candidates') }}
