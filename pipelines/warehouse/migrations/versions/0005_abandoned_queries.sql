-- A run that is killed in the middle of a long statement must not hold its locks against the next run.
do $$
begin
    execute format('alter database %I set client_connection_check_interval = ''1s''', current_database());
exception
    when others then
        raise warning 'A killed run may hold up the next one for a while: %', sqlerrm;
end $$;
