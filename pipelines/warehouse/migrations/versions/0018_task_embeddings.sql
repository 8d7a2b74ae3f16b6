-- name: create
-- Each distinct text once, whatever rows say it. Half the precision is enough for a cosine, and half the size.
create table learning.task_embeddings (
    task_hash text primary key,
    embedding_model text not null,
    embedding halfvec not null
);
alter table learning.task_embeddings alter column embedding set storage plain;
comment on table learning.task_embeddings is
'One row per distinct text of task_history: its vector, and the embedding model that made it.';

-- name: carry_over
-- Rows of one text that two embedding models were to meet in mid-change: the vector of the kinds there are counts.
insert into learning.task_embeddings (task_hash, embedding_model, embedding)
select distinct on (task_hash) task_hash, embedding_model, task_embedding::halfvec
from learning.task_history
where task_embedding is not null
order by
    task_hash,
    embedding_model is not distinct from (
        select embedding_model from learning.clusterings order by clustering_version desc limit 1
    ) desc,
    embedding_model

-- name: take_out
-- Views that select all columns, as dbt's staging does, keep the columns that they show, and so do those above them.
do $$
declare
    reader record;
begin
    for reader in
        select distinct rule.ev_class::regclass as name
        from pg_depend as dependency
        inner join pg_rewrite as rule on dependency.objid = rule.oid
        inner join pg_attribute as held
            on dependency.refobjid = held.attrelid and dependency.refobjsubid = held.attnum
        inner join pg_class as view on rule.ev_class = view.oid
        where
            dependency.classid = 'pg_rewrite'::regclass
            and held.attrelid = 'learning.task_history'::regclass
            and held.attname in ('task_embedding', 'embedding_model')
            and view.relkind = 'v'
            and view.relnamespace in (select oid from pg_namespace where nspname in ('staging', 'intermediate'))
    loop
        execute format(
            'create or replace view %s as %s',
            reader.name,
            regexp_replace(
                pg_get_viewdef(reader.name), '(\mtask_history\.)?\m(task_embedding|embedding_model)\M,\s*', '', 'g'
            )
        );
    end loop;
end $$;
alter table learning.task_history drop column task_embedding, drop column embedding_model;
create index task_history_task_hash on learning.task_history (task_hash);

create view learning.task_history_with_embeddings as
select
    task.*,
    known.embedding::vector as task_embedding,
    known.embedding_model
from learning.task_history as task
left join learning.task_embeddings as known on task.task_hash = known.task_hash;
comment on view learning.task_history_with_embeddings is
'task_history with the vector of each task, null while its text waits for one: for reading.';

-- name: shrink
-- Only a table that is written anew gives back the room of what was dropped.
cluster learning.task_history using task_history_created_at

-- name: put_back
drop view learning.task_history_with_embeddings;
drop index learning.task_history_task_hash;
alter table learning.task_history add column task_embedding vector, add column embedding_model text;
update learning.task_history as task
set task_embedding = known.embedding::vector, embedding_model = known.embedding_model
from learning.task_embeddings as known
where task.task_hash = known.task_hash;
alter table learning.task_history add check ((task_embedding is null) = (embedding_model is null));
create index task_history_task_hash on learning.task_history (task_hash, embedding_model);
drop table learning.task_embeddings
