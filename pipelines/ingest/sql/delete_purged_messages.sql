delete from learning.main_messages
where message_id in (select message_id from learning.purged_main_messages)
