insert into learning.feedback as held (target, is_good, remark, given_at)
values (%(target)s, %(is_good)s, %(remark)s, %(at)s)
on conflict (target) do update
set is_good = excluded.is_good, remark = excluded.remark, given_at = excluded.given_at
where held.given_at < excluded.given_at
