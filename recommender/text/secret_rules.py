"""What a secret looks like: all rules, in the order in which they name what they find."""

from recommender.text.secret_commands import ADDRESSES, COMMANDS, COOKIES
from recommender.text.secret_matching import RuleSet, word_rule
from recommender.text.secret_names import NAMED
from recommender.text.secret_tokens import PRIVATE_KEYS, TOKENS
from recommender.text.secret_values import is_random

# High-entropy words are last: whatever has a name of its own keeps it.
FORMS = RuleSet(PRIVATE_KEYS + TOKENS + ADDRESSES + NAMED + COMMANDS + COOKIES)
_RANDOM = r"(?<![\w/+.-])[A-Za-z0-9_-]{24,200}+(?:\.[\w-]{6,200}+){0,4}(?![\w/+=-])"
RULES = RuleSet((*FORMS.rules, word_rule("high-entropy", _RANDOM, is_random)))
