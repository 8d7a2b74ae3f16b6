lock table learning.journal_lock in exclusive mode
