-- Only what transcripts tell is replaced: a person's feedback and other records stay.
delete from learning.outcome_signals as held
where
    held.task_id = any(%(tasks)s)
    and not held.signal like any(array ['feedback\_%%', 'recorded\_%%', 'judge\_%%', 'respawned\_%%'])
    and not exists (
        select
        from staged_signals as staged
        where
            staged.task_id = held.task_id
            and staged.signal = held.signal
            and staged.evidence_file = held.evidence_file
            and staged.evidence_line = held.evidence_line
    )
