"""Reading the words of a task, in languages that put spaces between them, for what they say of its type of work."""

from collections.abc import Mapping

from recommender.work_types.lexicon import EDGES, WORK_TYPES, Entry, Points, Spoken

MAX_WORDS = 200  # of however short words
TITLE_WORDS = 8
OPENING_WORDS = 50
CASED_CHARACTERS = 160  # within which a capital tells where the prompt begins
CASED_WORDS = 16
REQUESTS = 8
WEAK_VERB = 2.0  # "check" leaves it to what is checked

_SENTENCE_ENDS = frozenset(".:!?;)-*—>#•")
_ASKING = frozenset(["please", "then", "bitte"])
_ASKED = frozenset(["you", "is", "goal", "task", "job", "want", "need"])  # "I need you to", "your job is to"
_NEGATIONS = frozenset(["not", "don't", "never", "no", "without", "nicht", "kein", "keine", "keinen", "ohne", "sin"])
_JOINING = frozenset(["and", "&", "then", "und", "y", "et"])
_ARTICLES = frozenset(
    ["the", "a", "an", "la", "le", "les", "el", "los", "las", "der", "die", "das", "ein", "eine", "un", "une", "una"]
)
_PREPOSITIONS = frozenset(
    ["in", "for", "on", "from", "to", "of", "with", "before", "after", "by", "at", "about", "into"]
)
_PREPOSITIONS |= frozenset(["per", "against", "zu", "für", "aus", "mit", "von", "nach"])
# A verb that leaves it to its object what the work is: write tests, create a plan, run the linter.
_MAKING = frozenset(WORK_TYPES.index(name) for name in ("implement", "operate", "test"))
# A task that opens with one of these goes on to say what to read and to find for it: "Audit the schema. Explore ...".
_JUDGING = frozenset(WORK_TYPES.index(name) for name in ("review", "plan"))
_JUDGING_SCALE = 1.35


def add(points: list[float], gained: Points, scale: float = 1.0) -> None:
    """Add scaled points to the sums by type."""
    for kind, weight in gained:
        points[kind] += weight * scale


class Reading:
    """One pass over a task's words, which adds what they say to `points`."""

    def __init__(self, points: list[float], text: str) -> None:
        self.points = points
        self.raw = text.lower().split()[:MAX_WORDS]
        self.words = [word if word.isalnum() else word.strip(EDGES) for word in self.raw]
        self.words += ["", ""]  # so that each word has one after it, and the first has none before it
        self.cased = text[:CASED_CHARACTERS].split()[:CASED_WORDS]
        self.has_verb = self.is_settled = False
        self.requests = 0
        self.heard: set[int] = set()
        self.noun_place, self.noun_scale = -2, 0.0
        self.noun_points: Points = ()

    def read(self, entries: Mapping[str, Entry]) -> None:
        """Add the points of the words, phrases first."""
        read_to = 0
        known = [(place, entries[word]) for place, word in enumerate(self.words) if word in entries]
        for place, entry in known:
            if place < read_to:
                continue
            if self.words[place + 1] in entry.phrases and (end := self._read_phrase(place, entry)):
                read_to = end
            elif entry.anywhere:
                self._hear(place, entry.anywhere)
            elif (entry.verb or entry.noun) and not self._is_negated(place):
                is_verb = bool(entry.verb) and self._read_verb(place, entry)
                if entry.noun and not is_verb and place < OPENING_WORDS:
                    self._read_noun(place, entry.noun)

    def _read_phrase(self, place: int, entry: Entry) -> int:
        """Return where the longest phrase that begins here ends; 0 where none does."""
        for rest, spoken in entry.phrases[self.words[place + 1]]:
            end = place + 2 + len(rest)
            if self.words[place + 2 : end] == rest:
                self._hear(place, spoken)
                return end
        return 0

    def _hear(self, place: int, spoken: Spoken) -> None:
        if spoken.number not in self.heard:  # said twice is not asked twice
            self.heard.add(spoken.number)
            add(self.points, spoken.points, 1.0 if place < TITLE_WORDS else 0.75 if place < OPENING_WORDS else 0.45)

    def _is_negated(self, place: int) -> bool:
        return self.words[place - 1] in _NEGATIONS or self.words[place - 2] in _NEGATIONS

    def _read_verb(self, place: int, entry: Entry) -> bool:
        """Add what a verb says, and return whether the word is one here: "plan" and "test" are nouns too."""
        before = self.words[place - 1]
        starts = self._starts_sentence(place, before)
        if place == 0 or (starts and not self.has_verb and place < 6):
            self.has_verb = True
            self.is_settled = entry.main_weight > WEAK_VERB and entry.main_kind not in _MAKING
            add(self.points, entry.verb, _JUDGING_SCALE if entry.main_kind in _JUDGING else 1.0)
            return True
        if starts or (1 < place < len(self.cased) and self.cased[place][0].isupper()):
            is_heading = bool(entry.noun) and self.raw[place].endswith(":")  # "Plan: ..." names, and asks for nothing
            if not is_heading and self.requests < REQUESTS:
                scale = 0.9 if not self.has_verb else 0.3 if entry.main_kind in _MAKING else 0.6
                add(self.points, entry.verb, scale * 0.75**self.requests)
                self.requests += 1
                return True
        if place >= TITLE_WORDS:
            return False
        if before in _JOINING:
            add(self.points, entry.verb, 0.7)
            return True
        if not entry.noun and before not in _ARTICLES and not self._is_adjunct(place):
            add(self.points, entry.verb, 0.25 if self.has_verb else 0.6)
        return False

    def _starts_sentence(self, place: int, before: str) -> bool:
        if place == 0 or self.raw[place - 1][-1] in _SENTENCE_ENDS or before in _ASKING:
            return True
        if "/" in self.raw[place][:2]:  # "run `/simplify`" calls a command of that name
            return True
        return before == "to" and self.words[place - 2] in _ASKED

    def _is_adjunct(self, place: int) -> bool:
        return self.words[place - 1] in _PREPOSITIONS or self.words[place - 2] in _PREPOSITIONS

    def _read_noun(self, place: int, noun: Points) -> None:
        if place >= TITLE_WORDS:
            add(self.points, noun, 0.12)
            return
        if self.noun_place == place - 1 and max(weight for _, weight in noun) > 2.5:
            add(self.points, self.noun_points, -self.noun_scale)  # of a plan review only the review counts
        scale = (0.25 if self.is_settled else 1.0) * (0.4 if self._is_adjunct(place) else 1.0)
        add(self.points, noun, scale)
        self.noun_place, self.noun_points, self.noun_scale = place, noun, scale
