lock table control.journal_lock in exclusive mode
