"""A session, line by line: what each command shows, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.commands import COMMANDS, Ended, carry_out, is_whole
from policy.completing import What
from policy.diagnostic import ClausebookError
from policy.folding import Fold
from policy.instrument import Instrument, load
from policy.offering import Offers, complete
from policy.page import Page, plain
from policy.session import Session, begin
from tests.policy.small import write

QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"
COPY = """\
1. Members. A member is welcome once the garden is open.

2. Leases. A lease needs a welcome tenant and the Warden's word.

   (a) Limit. No tenant may hold more than one hundred shares.
"""


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    return load(write(tmp_path_factory.mktemp("club"))[0])


@pytest.fixture
def session(club: Instrument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return begin(club, (Path("lease.md"),))


def said(session: Session, *lines: str, width: int = 100) -> tuple[Session, str]:
    """The session after lines, and what the last of them shows."""
    page: Page = ()
    for line in lines:
        session, page = carry_out(session, line)
    return session, plain(page, width)


def code(session: Session, line: str) -> str:
    with pytest.raises(ClausebookError) as caught:
        carry_out(session, line)
    return caught.value.code


# -------------------------------------------------------------------- asking


def test_what_is_no_command_is_a_question(session: Session) -> None:
    after, text = said(session, QUESTION)
    assert text.startswith("No.  § 2(a)\n\n")
    assert after.question == QUESTION


def test_a_question_may_go_over_lines(session: Session) -> None:
    assert not is_whole("Supposing that L-1 is authorized:")
    assert not is_whole("May Ann Lee lease 30 shares and")
    assert is_whole(QUESTION)
    assert said(session, QUESTION.replace(" on ", "\n  on "))[1].startswith("No.")


def test_a_slip_is_told_with_its_place_and_the_nearest_words(session: Session) -> None:
    with pytest.raises(ClausebookError) as caught:
        carry_out(session, "May Ann Leee lease 30 shares on September 1, 2001?")
    assert (caught.value.code, caught.value.place) == ("E0114", "question:1:5")
    assert "Ann Lee" in caught.value.diagnostics[0].nearest


def test_a_slip_in_a_command_is_told_the_command(session: Session) -> None:
    with pytest.raises(ClausebookError) as caught:
        carry_out(session, "supose L-1 is authorized")
    assert "suppose" in caught.value.diagnostics[0].nearest


def test_before_any_question_there_is_nothing_to_explain(session: Session) -> None:
    for line in ("why", "why not", "what would make it yes", "compare", "save memo.md"):
        assert code(session, line) == "E0055"


def test_an_error_leaves_the_session_as_it_was(session: Session) -> None:
    asked, _ = said(session, QUESTION)
    assert code(asked, "Is Bob Ray welcome on May 1, 2001?") == "E0114"
    assert said(asked, "fold", "unfold")[1].startswith("No.")


# ---------------------------------------------------------------- explaining


def test_explanations_fold_and_unfold(session: Session) -> None:
    asked, path = said(session, QUESTION)
    folded, line = said(asked, "fold")
    assert line.split("\n")[0] == "No.  § 2(a)"
    assert len(line.splitlines()) == 3
    unfolded, everything = said(folded, "unfold all")
    assert unfolded.fold is Fold.EVERYTHING
    assert path.rstrip() in everything
    assert "The whole proof:" in everything
    assert said(unfolded, "fold")[0].fold is Fold.PATH
    assert said(folded, "why")[0].fold is Fold.PATH


def test_why_not_tells_the_rules_that_conclude_otherwise(session: Session) -> None:
    _, text = said(session, QUESTION, "why not")
    assert text.startswith("Why not yes:\n")
    assert "yields to § 2(a)" in text
    _, welcome = said(session, "Is Ann Lee welcome on September 1, 2001?", "why not")
    assert welcome == "No rule speaks against it beside what `why` tells.\n"


def test_why_not_is_about_what_is_not_so(session: Session) -> None:
    _, others = said(session, "Who is welcome on September 1, 2001?", "why not")
    assert "Why not" not in others
    _, more = said(session, "How many shares may Ann Lee lease on September 1, 2001?", "why not")
    assert more.startswith("Why not more:\n\n  the rule for it yields to § 2(a)")
    assert more.count("the rule for it yields") == 1
    _, never = said(session, "Is L-1 not permitted?", "why not")
    assert never.startswith("Why not no:\n\n  the rule for it does not apply")
    _, value = said(session, "What are the shares let up to L-1?", "why not")
    assert value == "No rule speaks for it beside what `why` tells.\n"


def test_what_was_recorded_is_not_supposed_again_by_undo(session: Session) -> None:
    supposed, _ = said(session, "suppose L-1 was given up on May 1, 2001", "suppose Ann Lee is a member on May 1, 1998")
    after, _ = said(supposed, "record 1", "undo")
    assert after.suppositions == ()


def test_a_rule_that_may_be_beaten_is_not_told_to_be(session: Session) -> None:
    _, text = said(session, "May Ann Lee lease 5 shares on September 1, 2002?", "why § 2")
    assert "may yield to § 2(a)" in text


def test_what_is_missing_after_a_command_is_said_without_pointing_at_nothing(session: Session) -> None:
    for line, wanted in (
        ("show", "which clause?"),
        ("record", "nothing is said here"),
        ("compare", "nothing is supposed, so there is nothing to compare"),
        ("phrases tenent", "no phrase has such words as `tenent`"),
    ):
        with pytest.raises(ClausebookError) as caught:
            carry_out(said(session, QUESTION)[0], line)
        (found,) = caught.value.diagnostics
        assert (found.message, found.span) == (wanted, None)
    assert found.nearest[0] == "tenant"


def test_phrases_begin_with_what_people_ask(session: Session) -> None:
    assert said(session, "phrases")[1].startswith("  may a person lease shares on a date\n")


def test_beside_the_copy_each_rule_stands_on_lines_of_its_own(club: Instrument, tmp_path: Path) -> None:
    (tmp_path / "copy.txt").write_text(COPY, "utf-8")
    _, text = said(begin(club, text=tmp_path / "copy.txt"), "show § 2(a)", width=60)
    left = [line.partition("│")[0].strip() for line in text.splitlines()]
    assert "- a given up lease counts" in left
    assert "Despite § 2, a lease is not" in left
    assert all(len(line) <= 60 for line in text.splitlines())


def test_all_of_a_proof_is_told_once(session: Session) -> None:
    _, text = said(session, QUESTION, "unfold all")
    proof = text.partition("The whole proof:")[2].splitlines()
    blocks = [proof[at : at + 4] for at in range(len(proof) - 4) if "Ann Lee is welcome on September 1" in proof[at]]
    assert len(blocks) == len([block for block in blocks if "(as above)" in block[0]]) + 1


def test_why_tells_what_a_clause_has_to_do_with_the_answer(session: Session) -> None:
    asked, text = said(session, QUESTION, "why § 2(a)")
    assert "the rule against it applies" in text
    assert said(asked, "why § 1")[1].count("the rule for it applies") == 1
    assert code(asked, "why § 9") == "E0103"


def test_what_would_make_it_yes_is_told_with_clauses(session: Session) -> None:
    _, text = said(session, QUESTION, "what would make it yes")
    assert "the supposed lease is authorized" in text
    assert "L-1's shares are at most 70 shares" in text
    assert text.endswith("Each way was asked, and the answer was yes.\n")
    assert (
        said(session, "Is Ann Lee welcome on September 1, 2001?", "what would make it yes?")[1]
        == "It is yes already.\n"
    )


# ----------------------------------------------------------------- supposing


def test_suppositions_are_numbered_listed_forgotten_and_undone(session: Session) -> None:
    two, text = said(session, "suppose that L-1 is authorized", "suppose a given up lease does not count")
    assert text.startswith("Supposed (2): A given up lease does not count.")
    assert said(two, "suppose")[1] == "  (1) L-1 is authorized.\n  (2) A given up lease does not count.\n"
    one, left = said(two, "forget 1")
    assert left.startswith("  (2) A given up")
    assert said(one, "undo")[0].suppositions == two.suppositions
    assert said(one, "undo", "undo")[0].supposed == ("L-1 is authorized.",)
    three, _ = said(one, "suppose L-1 is authorized")
    assert [each.number for each in three.suppositions] == [2, 3]
    assert said(three, "forget all")[0].suppositions == ()
    for line in ("forget 9", "forget it", "forget"):
        assert code(three, line) == "E0055"
    assert code(session, "undo") == "E0055"


def test_a_supposition_answers_the_last_question_anew_beside_what_it_was(session: Session) -> None:
    after, text = said(session, QUESTION, "suppose L-1's shares are 70 shares")
    assert "Depends.  § 2, § 2(a)" in text
    assert "(it was: No.  § 2(a); why tells more)" in text
    assert "the supposed lease is authorized" in text
    assert after.last is not None
    assert after.last.question.startswith("Supposing that L-1's shares are 70 shares: may Ann Lee")


def test_what_is_supposed_of_a_record_is_told_apart_from_what_is_recorded_of_it(session: Session) -> None:
    supposed, _ = said(session, QUESTION, "suppose L-1's shares are 90 shares")
    text = said(supposed, "why")[1]
    assert "L-1, 90 shares, March 1, 2001" in text
    assert "the register; shares: supposed" in text
    everything = said(supposed, "unfold all")[1]
    assert [line.split()[-1] for line in everything.splitlines() if "L-1's shares: 90 shares" in line] == ["supposed"]
    assert all("supposed" not in line for line in everything.splitlines() if "L-1's date: March 1" in line)


def test_suppositions_that_contradict_each_other_are_refused(session: Session) -> None:
    asked, _ = said(session, QUESTION, "suppose L-1's shares are 70 shares")
    assert code(asked, "suppose L-1's shares are 60 shares") == "E0522"


def test_what_is_supposed_of_a_supposed_record_does_not_stop_other_questions(session: Session) -> None:
    after, text = said(session, "suppose the supposed lease is authorized", "Is Ann Lee welcome on September 1, 2001?")
    assert text.startswith("Yes.  § 1")
    assert text.endswith("(without (1), about a record that this question does not suppose)\n")
    assert after.last is not None
    assert after.last.question == "Is Ann Lee welcome on September 1, 2001?"
    assert said(after, QUESTION, "what would make it yes")[1].count("authorized") == 0


def test_two_suppositions_are_compared_side_by_side(session: Session) -> None:
    asked, _ = said(session, QUESTION, "suppose L-1's shares are 70 shares", "suppose L-1's tenant is Ann Lee")
    _, text = said(asked, "compare 1 2")
    first = next(line for line in text.splitlines() if "No." in line)
    assert first.split("│")[0].split() == ["Depends.", "§", "2,", "§", "2(a)"]
    assert first.split("│")[1].split() == ["No.", "§", "2(a)"]
    assert "as recorded" in said(asked, "compare")[1]
    assert "without (1)" in said(asked, "compare 1")[1]
    for line in ("compare 1 2 3", "compare them", "compare 7"):
        assert code(asked, line) == "E0055"


# -------------------------------------------------------------- facts, clauses


def test_facts_are_listed_with_their_places_and_what_is_supposed_apart(session: Session) -> None:
    _, text = said(session, "suppose L-1 is authorized", "facts")
    assert "Ann Lee is a member from January 4, 1999." in text
    assert "the roll" in text
    assert "the Club opened the garden on May 1, 1990." in text.replace("The Club", "the Club")
    assert "L-1 (lease): tenant Ann Lee, date March 1, 2001, shares 80 shares" in text
    assert text.endswith("Supposed, not recorded:\n\n  (1) L-1 is authorized.\n") or "  (1) L-1 is authorized." in text
    assert "L-1" not in said(session, "facts member")[1]
    assert said(session, "facts zebra")[1] == "No such fact is recorded.\n"


def test_recording_says_where_and_the_answers_rest_on_it_at_once(session: Session) -> None:
    after, text = said(
        session, QUESTION, "record A given up lease does not count", "record L-1 was given up on May 1, 2001"
    )
    assert text.startswith("Recorded in lease.md, line ")
    assert "Depends." in text
    assert "L-1 was given up on May 1, 2001." in Path("lease.md").read_text("utf-8")
    assert after.case.ask(QUESTION).said == "Depends."


def test_a_supposition_is_recorded_by_its_number_and_supposed_no_more(session: Session) -> None:
    after, _ = said(session, "suppose L-1 is authorized", "record 1")
    assert after.suppositions == ()
    assert "L-1 is authorized." in Path("lease.md").read_text("utf-8")


def test_nothing_is_recorded_where_no_file_is_named(club: Instrument) -> None:
    assert code(begin(club), "record The Club opened the garden on May 1, 1990") == "E0055"


def test_another_file_is_written_to_by_its_name(session: Session) -> None:
    write(Path("lease.md").resolve().parent)
    Path("other.md").write_text(Path("lease.md").read_text("utf-8"), "utf-8")
    _, text = said(session, "record L-1 was given up on May 1, 2001 in other.md")
    assert "not a case file of this session" in text
    assert "given up on May 1, 2001" not in Path("lease.md").read_text("utf-8")
    assert "given up on May 1, 2001" in Path("other.md").read_text("utf-8")


def test_a_clause_is_shown_beside_the_users_copy(club: Instrument, session: Session) -> None:
    assert said(session, "show § 2(a)")[1].startswith("§ 2(a) Limit\n")
    Path("copy.txt").write_text(COPY, "utf-8")
    beside = begin(club, (Path("lease.md"),), text=Path("copy.txt"))
    _, text = said(beside, "show 2(a)")
    assert "the rules" in text
    assert "one hundred shares" in " ".join(line.partition("│")[2].strip() for line in text.splitlines())
    assert code(session, "show § 9") == "E0103"
    assert code(session, "show") == "E0103"
    assert said(session, "§ 2(a)")[1] == said(session, "show § 2(a)?")[1]


def test_what_a_clause_rests_on_and_what_rests_on_it(session: Session) -> None:
    assert "a person is welcome on a date" in said(session, "uses § 2")[1]
    _, text = said(session, "used by § 1")
    assert "a person is welcome on a date" in text
    assert "§ 2" in text.splitlines()[-1] or "§ 2" in text


# ------------------------------------------------------------------ the lines


def test_every_line_keeps_to_sixty_columns(session: Session) -> None:
    after = session
    lines = [
        QUESTION,
        "suppose L-1's shares are 70 shares",
        "compare",
        "facts",
        "what would make it yes",
        "why not",
        "help",
    ]
    lines += ["show § 2(a)", "uses § 2(a)", "used by § 1", "unfold all", "fold"]
    for line in lines:
        after, text = said(after, line, width=60)
        assert max(map(len, text.splitlines())) <= 60, line


def test_nothing_in_a_name_can_steer_the_terminal(session: Session) -> None:
    for line in (
        "suppose \x1b[2JBob is a member",
        "show \x1b]0;x\x07",
        "\x1b[31m?",
        "facts \x1b[2J",
        "save \x1b[2J.pdf",
    ):
        try:
            _, text = said(session, line)
        except ClausebookError as error:
            text = str(error)
        assert "\x1b" not in text


def test_help_lists_every_command_and_quit_ends(session: Session) -> None:
    _, text = said(session, "help")
    assert all(each.name in text for each in COMMANDS.values())
    for line in ("quit", "exit"):
        with pytest.raises(Ended):
            carry_out(session, line)
    assert said(session, "explain e0114")[1].startswith("E0114")
    assert code(session, "explain E9999") == "E0055"


@pytest.fixture
def offers(session: Session) -> Offers:
    return Offers.of(session)


def test_commands_what_they_take_and_questions_are_completed(session: Session, offers: Offers) -> None:
    def texts(typed: str) -> list[str]:
        return [each.text for each in complete(offers, session, typed).candidates]

    assert {"suppose", "show", "save"} <= set(texts("s"))
    assert "what would make it yes" in texts("what w")
    assert texts("show § 2(") == ["§ 2(a)"]
    assert texts("suppose Ann Lee is a mem") == ["member"]
    assert texts("May Ann Lee le") == ["lease"]
    assert texts("fold ") == []
    assert texts("suppose the supposed le") == ["the supposed lease"]
    assert texts("record the supposed le") == []
    (member,) = complete(offers, session, "suppose Ann Lee is a mem").candidates
    assert (member.start, member.what) == (len("suppose Ann Lee is a "), What.WORDS)


def test_phrases_tells_what_can_be_asked_with_such_words(session: Session) -> None:
    _, page = carry_out(session, "phrases who can lease shares")
    told = plain(page, 100)
    assert "may a person lease shares on a date" in told
    assert "May Ann Lee lease" in told
    _, page = carry_out(session, "phrases members")
    assert "a person is a member" in plain(page, 100)
    with pytest.raises(ClausebookError, match="no phrase has such words"):
        carry_out(session, "phrases zebra")
    with pytest.raises(ClausebookError, match="`phrases WORDS` lists"):
        carry_out(session, "How many plots may Ann Lee plough?")


def test_why_says_nothing_twice(session: Session) -> None:
    asked, first = carry_out(session, QUESTION)
    same, page = carry_out(asked, "why")
    assert plain(page, 100).startswith("That is told above; `unfold all` shows every step.")
    unfolded, page = carry_out(same, "unfold all")
    assert len(plain(page, 100)) > len(plain(first, 100))
    _, page = carry_out(unfolded, "why")
    assert plain(page, 100).startswith("That is told above.")
    supposing, _ = carry_out(asked, "suppose L-1's shares are 10 shares")
    _, page = carry_out(supposing, "why")
    assert "told above" not in plain(page, 100)


def test_a_question_over_time_is_answered_as_a_chart_under_what_is_supposed(session: Session) -> None:
    asked, _ = carry_out(session, QUESTION)
    over_time = "Is Ann Lee welcome on each year from 1998-06-01 to 2001-06-01?"
    same, page = carry_out(asked, over_time)
    told = plain(page, 60)
    assert "(asked for one day in each year)" in told
    assert "1998-06-01" in told and "No" in told and "Yes" in told
    assert all(len(line) <= 60 for line in told.splitlines())
    assert (same.last, same.answers) == (None, asked.answers)
    _, page = carry_out(same, "suppose Ann Lee is not a member on June 1, 2001")
    page = page[1:]
    assert plain(page, 60).startswith("Supposing that Ann Lee is not a member on June 1, 2001: is")
    with pytest.raises(ClausebookError, match="E0102"):
        carry_out(session, "Is Ann Lee wellcome on each year from 1998-06-01 to 2001-06-01?")


def test_a_heading_names_what_stands_under_it_and_a_reading_the_clause_that_takes_it(session: Session) -> None:
    _, page = carry_out(session, "show D-01")
    assert plain(page, 100).startswith("§ 2(a) Limit")
    assert "a given up lease counts" in plain(page, 100)
    with pytest.raises(ClausebookError, match="E0103"):
        carry_out(session, "show D-09")
    _, page = carry_out(session, "used by D-01")
    assert "§ 2(a)" in plain(page, 100)


def test_what_cannot_be_supposed_says_how_to_find_its_words(session: Session) -> None:
    for line in ("suppose Ann Lee is a wizard", "record Ann Lee is a wizard"):
        with pytest.raises(ClausebookError, match="`phrases WORDS` lists"):
            carry_out(session, line)
