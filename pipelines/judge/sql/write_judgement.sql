insert into learning.judgements (task_id, judge_version, input_hash, verdict, confidence)
values (%(task)s, %(version)s, %(input_hash)s, %(verdict)s, %(confidence)s)
on conflict (task_id, judge_version) do update set
    input_hash = excluded.input_hash,
    verdict = excluded.verdict,
    confidence = excluded.confidence,
    judged_at = now()
