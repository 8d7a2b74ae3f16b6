-- The sample's files name its sessions: invented work may stand beside real work of a project with the same name.
with files as (
    delete from learning.ingest_files
    where path like %(inside)s
    returning path
),

sessions as (
    select distinct substring(path from '/([0-9a-f-]{36})(?:/|\.jsonl)') as session_id from files
),

specs as (
    delete from learning.agent_specs
    where spec_path like %(inside)s
),

quarantined as (
    delete from learning.ingest_quarantine
    where path like %(inside)s
),

spawns as (
    delete from learning.task_history
    where session_id in (select session_id from sessions)
    returning source, source_key
),

conversations as (
    delete from learning.main_threads
    where session_id in (select session_id from sessions)
    returning thread_id
),

messages as (
    delete from learning.main_messages
    where thread_id in (select thread_id from conversations)
),

agent_runs as (
    delete from learning.spawn_facts as facts
    using sessions
    where facts.fact_key like 'agent:' || sessions.session_id || ':%%'
)

delete from learning.spawn_facts as facts
using spawns
where facts.source = spawns.source and facts.fact_key = spawns.source_key
