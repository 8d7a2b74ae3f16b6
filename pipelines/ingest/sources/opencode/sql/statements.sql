-- name: sizes
-- One row: how far the tables go, and the oldest session, which another database does not share.
select
    coalesce((select max(rowid) from session), 0) as last_session,
    coalesce((select max(rowid) from message), 0) as last_message,
    coalesce((select max(rowid) from part), 0) as last_part,
    coalesce((
        select max(time_updated) from (
            select max(time_updated) as time_updated from session
            union all
            select max(time_updated) as time_updated from message
            union all
            select max(time_updated) as time_updated from part
        )
    ), 0) as updated,
    coalesce((select id from session order by rowid limit 1), '') as oldest

-- name: changed_sessions
-- One row per agent's session that is new or changed, or that has a new or changed message.
select session.id from session
where
    session.parent_id is not null
    and (session.rowid > :last_session or session.time_updated >= :updated)
union
select session.id from session
inner join message on session.id = message.session_id
where
    session.parent_id is not null
    and (message.rowid > :last_message or message.time_updated >= :updated)

-- name: changed_calls
-- One row per call that is new or changed and may be one of the task tool: its data tells.
select rowid as number, id, session_id, message_id, time_created, time_updated, data from part
where (rowid > :last_part or time_updated >= :updated) and instr(data, '"task"') > 0

-- name: session
select * from session where id = :id

-- name: calls_of
-- One row per call in a session that may have led to the agent's session.
select rowid as number, id, session_id, message_id, time_created, time_updated, data from part
where session_id = :parent and instr(data, :child) > 0

-- name: call
select rowid as number, id, session_id, message_id, time_created, time_updated, data from part where id = :id

-- name: message
select id, time_created, time_updated, data from message where id = :id

-- name: messages_of
select id, time_created, time_updated, data from message where session_id = :id order by time_created, id

-- name: tool_uses_of
-- One row per message of a session in which tools were used.
select message_id, count(*) as uses from part
where session_id = :id and case when json_valid(data) then json_extract(data, '$.type') end = 'tool'
group by message_id

-- name: first_words_of
-- One row per text of a session's first message.
select data from part
where message_id = (select id from message where session_id = :id order by time_created, id limit 1)
order by id
