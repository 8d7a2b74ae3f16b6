delete from learning.clusterings
where
    clustering_version in (
        select clustering_version
        from (
            select
                clustering_version,
                row_number() over (partition by embedding_model order by clustering_version desc) as age
            from learning.clusterings
        ) as aged
        where age > %s
    )
    and not exists (
        select from learning.model_estimates
        where model_estimates.clustering_version = clusterings.clustering_version
    )
