"""Invented tasks of three projects that do the same work and have nothing else in common."""

import random
from typing import NamedTuple

# What a project talks of, whatever it asks for.
PROJECTS = {
    "harbor-desk": "berth crane vessel tugboat manifest container quay pilot anchor cargo tide stevedore",
    "leafmarket": "orchid seedling trellis compost nursery greenhouse mulch fern pollen bulb succulent moss",
    "stringquartet": "violin cello rehearsal concerto soloist metronome encore sonata viola conductor libretto",
}
# The agent, the opening and the subjects of each topic: two of each type of work.
TOPICS = {
    "search login": ("Explore", "Find the code of", "login tokens and password authentication"),
    "search buttons": ("Explore", "Find the code of", "the frontend buttons and the layout of the page"),
    "implement email": ("coder", "Implement", "email notifications with newsletter templates and attachments"),
    "implement cache": ("coder", "Implement", "the cache of database queries with an index on columns"),
    "review security": ("code-reviewer", "Review", "the security of secrets, encryption and permissions"),
    "review speed": ("code-reviewer", "Review", "the performance of loops, memory and latency"),
}


class Task(NamedTuple):
    """One invented task."""

    project: str
    topic: str
    agent: str
    text: str


def made_up_tasks(each: int = 14, seed: int = 0) -> list[Task]:
    """Return that many tasks of each topic in each project."""
    chance = random.Random(seed)
    tasks = []
    for number in range(each):
        for project, words in PROJECTS.items():
            for topic, (agent, opening, subject) in TOPICS.items():
                one, two, three, four = chance.sample(words.split(), 4)
                where = f"/home/ida/{project}/src/{one}/{two}_{three}.ts"
                what = f"the {one} and the {two} of each {three} go with a {four}"
                tasks.append(Task(project, topic, agent, f"{opening} {subject}. In {where} {what}, case {number}."))
    return tasks
