-- A parent is recorded after its children, as it ends after them.
update learning.task_history
set parent_task_id = %(parent)s
where id = %(id)s and exists (select from learning.task_history as parent where parent.id = %(parent)s)
