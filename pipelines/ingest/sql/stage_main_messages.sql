create temp table if not exists staged_messages (like learning.main_messages) on commit delete rows
