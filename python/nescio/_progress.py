"""A bar for long work, with tqdm if it is there, on a terminal or in a notebook."""
from __future__ import annotations

import contextlib
import sys
import warnings


def in_notebook():
    shell = sys.modules.get("IPython")
    shell = shell.get_ipython() if shell is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextlib.contextmanager
def progress(wanted, what):
    """Yields callable(phase, done) or None. wanted: True, False, None (if somebody looks), or such a callable."""
    if callable(wanted):
        yield wanted
        return
    try:
        seen = in_notebook() or sys.stderr.isatty()
    except (AttributeError, ValueError):
        seen = False
    if wanted is False or (wanted is None and not seen):
        yield None
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # in a notebook without widgets it warns, and takes its other bar
            from tqdm.auto import tqdm
    except ImportError:
        yield None
        return
    with tqdm(total=1.0, desc=what, delay=0.5, leave=False, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}") as bar:
        def tell(phase, done):
            bar.set_description_str(f"{what}: {phase}", refresh=False)
            bar.update(max(0.0, min(done, 1.0) - bar.n))
        yield tell
