select max(clustering_version)
from learning.clusterings
