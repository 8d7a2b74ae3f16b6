delete from learning.main_threads as thread
where not exists (select from learning.main_messages as message where message.thread_id = thread.thread_id)
