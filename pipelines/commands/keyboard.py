"""The keys of a terminal, each as soon as it is pressed."""

import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

END = "\x04"  # Ctrl-D, and what is read of a terminal that is gone
_KEY = re.compile(r"\x1b(?:\[[\d;]*[A-Za-z~]|O.)|.", re.DOTALL)  # an arrow and its like are one key of three characters


@contextmanager
def keys_of_terminal() -> Iterator[Callable[[], str]]:
    """Yield a function that waits for the next key; it returns `END` where no more can come.

    What was typed before it opens, when there was nothing to answer, is thrown away. The terminal then gives single
    keys also between two calls: where each call asks for them anew, a key that comes before it is lost, and Ctrl-D
    ends a line that nobody reads.
    """
    if sys.platform == "win32":
        from click import getchar

        yield getchar
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    typed: deque[str] = deque()

    def next_key() -> str:
        if not typed:
            try:
                read = os.read(terminal, 1024)
            except OSError:  # the terminal is gone
                return END
            typed.extend(_KEY.findall(read.decode(errors="replace")) or [END])
        return typed.popleft()

    tty.setcbreak(terminal)
    try:
        yield next_key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
