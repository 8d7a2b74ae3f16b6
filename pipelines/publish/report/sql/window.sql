select window_days, spawned_from, spawned_until
from intermediate.int_windows
where is_main
