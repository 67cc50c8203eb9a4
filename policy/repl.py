"""The session at a terminal: reads lines, carries them out, prints what they say. On anything but a terminal, plainly.

All that a line means is `policy.commands`' to know; here are the keys, the history, the colours and the interrupt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click
from attrs import define, field

from engine.operations import make_ready
from policy.commands import Ended, carry_out, is_command, is_whole
from policy.completing import Completion
from policy.diagnostic import ClausebookError, Diagnostic, render
from policy.layout import inert, wrapped
from policy.offering import Offers, complete
from policy.page import Block, Page, Said, Words, plain
from policy.session import Session
from policy.terminal import coloured, patience, status, tell_fault, width

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

PROMPT = "> "
MORE = ". "


def run(session: Session) -> int:
    """Carry out what is typed until it ends; the exit status, which is of interest where no person typed it."""
    desk = _Desk(session)
    typed = _typed(_prompting(desk)) if _is_rich() else _lines(sys.stdin, echo=not sys.stdin.isatty())
    if sys.stdin.isatty():
        _show(map(_block, _welcome(session)))
        Thread(target=make_ready, args=(session.case.book.assembly.program.calendar,), daemon=True).start()
    for entry in typed:
        if not desk.carry_out(entry):
            break
    return 0 if sys.stdin.isatty() else desk.worst


def _is_rich() -> bool:
    """Whether keys and completion can be had: a terminal at both ends, and one that can move its cursor."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown", "")


def _welcome(session: Session) -> Page:
    book = session.case.book
    files = ", ".join(path.name for path in session.files) or "no case file"
    return (Words(f"{book.title}; {files}.", loud=True), Words("A question ends with `?`. `help` lists the commands."))


@define
class _Desk:
    """The session, and what completes its lines."""

    session: Session
    worst: int = 0
    _offers: tuple[object, Offers] | None = field(default=None, init=False)

    def carry_out(self, entry: str) -> bool:
        """Carry out one entry; False if the session is to end. An interrupt stops the entry, not the session."""
        try:
            with patience():
                self.session, page = carry_out(self.session, entry)
                texts = [_block(each) for each in page]  # an explanation is worked out as it is laid out
            _show(texts)
        except Ended:
            return False
        except ClausebookError as error:
            for each in error.diagnostics:
                _tell(each)
            self.worst = max(self.worst, status(error.diagnostics))
        except KeyboardInterrupt:
            click.echo("\nInterrupted; nothing has changed.\n")
        except (BrokenPipeError, click.Abort):
            raise
        except Exception as fault:
            if os.environ.get("CLAUSEBOOK_DEBUG"):
                raise
            tell_fault(fault)
            self.worst = 3
        return True

    def complete(self, typed: str) -> Completion:
        """What may stand next; the words are indexed anew when the case has new names."""
        key = (id(self.session.case), self.session.days)
        if self._offers is None or self._offers[0] != key:
            self._offers = key, Offers.of(self.session)
        return complete(self._offers[1], self.session, typed)


# ------------------------------------------------------------------- printing


def _tell(diagnostic: Diagnostic) -> None:
    """An error as part of the conversation: where it is in what was typed, no wider than the terminal."""
    first, *rest = render(diagnostic, width() - 4).split("\n")
    said = wrapped(f"error {first.partition('error ')[2]}", width())
    click.echo(click.style("error", "red", bold=True) + said.removeprefix("error"))
    for line in rest[:-1]:
        click.echo(line if line.startswith("  ") else wrapped(line, width()))
    click.echo(f"explain {diagnostic.code} tells more\n")


def _block(block: Block) -> str:
    text = plain((block,), width())
    if isinstance(block, Said):
        return coloured(text)
    return click.style(text, bold=True) if isinstance(block, Words) and block.loud else text


def _show(texts: Iterable[str]) -> None:
    for text in texts:
        click.echo(text, nl=False)
    click.echo()


# -------------------------------------------------------------- plain reading


def _lines(stream: Iterable[str], echo: bool) -> Iterator[str]:
    """The entries of a stream, lines that go on as one; with what is read shown as it would be at a terminal."""
    entry: list[str] = []
    lines = iter(stream)
    while True:
        if not echo:
            click.echo(MORE if entry else PROMPT, nl=False)
        line = _next(lines)
        if line is None:
            break
        said = line.rstrip("\r\n")
        if echo and (said.strip() or entry):
            click.echo(f"{MORE if entry else PROMPT}{inert(said)}".rstrip())
        entry.append(said.rstrip("\\"))
        if said.strip() and not is_whole(said):
            continue
        if any(each.strip() for each in entry):
            yield "\n".join(entry)
        entry = []
    if any(each.strip() for each in entry):
        yield "\n".join(entry)


def _next(lines: Iterator[str]) -> str | None:
    """The next line; None at the end, or where the bytes are no text."""
    try:
        return next(lines, None)
    except UnicodeDecodeError:
        click.echo("clausebook: what is read is no UTF-8 text", err=True)
        return None


# --------------------------------------------------------------- with all keys


def _typed(prompting: PromptSession[str]) -> Iterator[str]:
    """The entries typed at a terminal, with completion, history and several lines."""
    while True:
        try:
            entry = prompting.prompt(PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if entry.strip():
            yield entry.replace("\\\n", "\n")


def _prompting(desk: _Desk) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.completion import Completer as Offers
    from prompt_toolkit.completion import Completion as Offer
    from prompt_toolkit.document import Document
    from prompt_toolkit.output import ColorDepth
    from prompt_toolkit.shortcuts import CompleteStyle

    class Typing(Offers):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Offer]:
            typed = document.text_before_cursor.replace("\n", " ")
            for each in desk.complete(typed).candidates:
                hint = each.hint or each.what.value
                yield Offer(each.text, each.start - len(typed), inert(each.text), inert(hint))

    def toolbar() -> str:
        session = desk.session
        return f" {len(session.suppositions)} supposed · {session.fold.value} · Tab completes"

    return PromptSession(
        history=_history(),
        completer=Typing(),
        complete_while_typing=True,
        complete_style=CompleteStyle.COLUMN,
        multiline=True,
        prompt_continuation=MORE,
        key_bindings=_keys(),
        bottom_toolbar=toolbar,
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        reserve_space_for_menu=6,
    )


def _keys() -> KeyBindings:
    """Enter carries out what is whole and goes on with what is not; with Alt it always goes on."""
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        chosen = buffer.complete_state is not None and buffer.complete_state.current_completion is not None
        buffer.complete_state = None
        if chosen and not is_command(buffer.text) and not buffer.text.endswith(("?", ".")):
            return
        if is_whole(buffer.text) or not buffer.document.current_line.strip():
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _history() -> History:
    """What was typed in sessions before; kept for this one only where the folder cannot be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    folder = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "clausebook"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "history").touch(mode=0o600)
    except (OSError, RuntimeError):
        return InMemoryHistory()
    return FileHistory(str(folder / "history"))
