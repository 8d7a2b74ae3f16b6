-- A message that several sessions hold, as one was resumed from another, belongs to one of them, in whatever order they
-- are read.
update learning.main_messages as held
set thread_id = staged.thread_id
from staged_messages as staged
inner join learning.main_threads as its on staged.thread_id = its.thread_id,
learning.main_threads as other
where
    held.message_id = staged.message_id
    and held.thread_id = other.thread_id
    and (its.session_id, its.project) < (other.session_id, other.project)
