with vectors as (
    select embedding_model, embedding::vector as vector
    from learning.task_embeddings
    union all
    select embedding_model, spec_embedding
    from learning.agent_embeddings
)

select
    (select count(*) from vectors where abs(vector_norm(vector) - 1) > 1e-3) as not_unit_length,
    (
        select count(*)
        from (
            select embedding_model from vectors group by embedding_model having min(vector_dims(vector)) <> max(vector_dims(vector))
        ) as mixed
    ) as models_of_mixed_size
