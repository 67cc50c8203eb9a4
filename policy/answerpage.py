"""An answer as a part of a page: what is said, the explanation as lists in lists, and the proof as a tree."""

from __future__ import annotations

from pathlib import PurePath

from markupsafe import Markup

from policy.answer import Answer
from policy.hypertext import Hypertext
from policy.outline import outline
from policy.reviewpages import environment
from policy.treepicture import tree


def answer_part(answer: Answer, text: Hypertext) -> str:
    """The answer as HTML, its clauses linked to a review book's by ``text``."""
    picture = Markup(tree(answer.said, answer.lines, text.clause))  # noqa: S704  # it escapes its words
    facts = [(PurePath(name).name, digest) for name, digest in answer.stamp.facts]
    template = environment().get_template("answer.html")
    return template.render(answer=answer, outline=outline(answer.lines), text=text, picture=picture, facts=facts)
