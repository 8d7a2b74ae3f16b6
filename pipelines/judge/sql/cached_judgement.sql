select verdict, confidence from learning.judgements
where judge_version = %(version)s and input_hash = %(input_hash)s
limit 1
