-- Facts are read, joined and written back: nobody else may do the same in between.
lock table control.ingest_lock in exclusive mode
