create temp table staged_tasks (like learning.task_history including defaults) on commit drop
