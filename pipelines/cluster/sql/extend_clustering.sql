update learning.clusterings
set input_fingerprint = %(fingerprint)s
where clustering_version = %(version)s and input_fingerprint <> %(fingerprint)s
