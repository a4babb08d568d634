"""Deciding a claim: what counts as an observation, what is shown, and what a contradiction does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from labsupport import experiment
from labsupport.claims import (
    Card,
    ClaimContradicted,
    DecisionError,
    Ledger,
    LedgerError,
    Trial,
    claim,
    verdicts,
)
from labsupport.errors import ReaderError

SEEN = {"the second segment carries SYN and ACK": True, "it acknowledges x + 1": True}
CONTROL = {"a closed port answers RST": True}
ENTRIES = [
    {
        "id": name,
        "origin": "seed",
        "tier": "core",
        "section": "3",
        "claim": f"The claim {name}.",
        "verdict": verdict,
        "because": "It was seen.",
        "standards": [{"ref": "RFC 9293 §3.5", "title": "Opening"}],
    }
    for name, verdict in (("step1", "holds"), ("step2", "qualified"), ("step3", "refuted"))
]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book of one chapter with three claims; the current chapter is it."""
    part = tmp_path / "chapters" / "3-tcp"
    part.mkdir(parents=True)
    (part / "01-x.claims.yml").write_text(yaml.safe_dump(ENTRIES), encoding="utf-8")
    monkeypatch.chdir(part)
    monkeypatch.setattr(experiment, "_current", None)
    experiment.chapter("3-tcp/01-x", needs=())
    return part


class TestDecide:
    def test_it_shows_the_card_once_and_returns_nothing_to_show_again(self, book, capsys):
        returned: object = claim("step1").decide(SEEN, control=CONTROL)  # type: ignore[func-returns-value]
        assert returned is None
        shown = capsys.readouterr().out
        assert shown.count("The claim step1.") == 1
        assert shown.startswith("HOLDS  step1\n")

    def test_a_false_observation_shows_the_card_and_raises(self, book, capsys):
        with pytest.raises(ClaimContradicted) as error:
            claim("step2").decide({**SEEN, "it is blue": False}, control=CONTROL)
        message = str(error.value)
        assert message.startswith("step2: came out false: 'it is blue'.")
        assert "The verdict 'qualified' does not stand" in message
        assert "the claim's text, its verdict or the experiment is wrong" in message
        assert "✗ it is blue" in capsys.readouterr().out

    def test_a_false_control_contradicts_as_well(self, book):
        with pytest.raises(ClaimContradicted, match="'a closed port answers RST'"):
            claim("step1").decide(SEEN, control={"a closed port answers RST": False})

    def test_every_false_sentence_is_named(self, book):
        with pytest.raises(ClaimContradicted, match="'one'; 'two'; 'three'"):
            claim("step1").decide({"one": False, "fine": True, "two": False}, control={"three": False})

    def test_a_contradiction_is_an_assertion_that_failed_and_has_no_traceback_in_a_notebook(self, book):
        assert issubclass(ClaimContradicted, AssertionError)
        assert issubclass(ClaimContradicted, ReaderError)
        assert ClaimContradicted("why")._render_traceback_() == ["ClaimContradicted: why"]

    def test_the_truth_of_numpy_is_truth(self, book):
        numpy = pytest.importorskip("numpy")
        claim("step1").decide({"seen": numpy.float64(2) > 1}, control={"seen": numpy.bool_(True)})
        with pytest.raises(ClaimContradicted):
            claim("step1").decide({"seen": numpy.float64(2) < 1}, control=CONTROL)

    @pytest.mark.parametrize("value", [1, 0, None, "", "yes", [], [1], 1.0, object])
    def test_anything_else_is_refused_by_its_sentence(self, book, value):
        with pytest.raises(DecisionError, match=r"observations: 'it was seen' is .* compare it"):
            claim("step1").decide({"it was seen": value}, control=CONTROL)
        with pytest.raises(DecisionError, match=r"control: 'it was seen' is .* compare it"):
            claim("step1").decide(SEEN, control={"it was seen": value})

    @pytest.mark.parametrize("sentence", ["", "  ", None, 3])
    def test_an_observation_says_what_was_seen(self, book, sentence):
        with pytest.raises(DecisionError, match="must be a sentence"):
            claim("step1").decide({sentence: True}, control=CONTROL)

    def test_nothing_is_decided_without_an_observation(self, book):
        with pytest.raises(DecisionError, match="observations is empty"):
            claim("step1").decide({}, control=CONTROL)

    def test_nothing_is_decided_without_a_control(self, book):
        with pytest.raises(DecisionError, match=r"control is empty.*where the opposite must come out"):
            claim("step1").decide(SEEN)
        with pytest.raises(DecisionError, match="control is empty"):
            claim("step1").decide(SEEN, control={})

    @pytest.mark.parametrize("value", [None, True, ["seen"], {"seen"}])
    def test_observations_are_a_dictionary(self, book, value):
        with pytest.raises(DecisionError, match="observations must be a dictionary"):
            claim("step1").decide(value, control=CONTROL)

    def test_a_refused_decision_shows_nothing(self, book, capsys):
        with pytest.raises(DecisionError):
            claim("step1").decide({"seen": 1}, control=CONTROL)  # type: ignore[dict-item]
        assert capsys.readouterr().out == ""


class TestTheCurrentChapter:
    def test_a_claim_is_looked_up_in_the_ledger_of_the_chapter(self, book):
        assert claim("step2").claim.verdict == "qualified"

    def test_an_unknown_id_is_answered_with_those_that_come_near(self, book):
        with pytest.raises(LedgerError, match=r"01-x.claims.yml has no claim 'step4'; did you mean "):
            claim("step4")

    def test_without_a_chapter_the_reader_is_told_to_begin_one(self, monkeypatch):
        monkeypatch.setattr(experiment, "_current", None)
        with pytest.raises(ReaderError, match="no chapter was named"):
            claim("step1")
        with pytest.raises(ReaderError, match="no chapter was named"):
            verdicts()


class TestVerdictsOfAChapter:
    def test_at_first_all_are_open(self, book):
        assert verdicts().open == ("step1", "step2", "step3")

    def test_a_decision_is_remembered(self, book):
        claim("step2").decide(SEEN, control=CONTROL)
        assert verdicts().open == ("step1", "step3")
        assert verdicts().decided["step2"] == Card(claim("step2").claim, SEEN, CONTROL)

    def test_a_cell_can_be_run_again_and_changed(self, book):
        claim("step2").decide(SEEN, control=CONTROL)
        claim("step2").decide({"something else": True}, control=CONTROL)
        assert verdicts().decided["step2"].observations == {"something else": True}

    def test_a_contradicted_claim_is_open_again(self, book):
        claim("step2").decide(SEEN, control=CONTROL)
        with pytest.raises(ClaimContradicted):
            claim("step2").decide({"seen": False}, control=CONTROL)
        assert "step2" in verdicts().open

    def test_a_decision_counts_in_its_own_chapter_only(self, book):
        (book / "02-y.claims.yml").write_text(yaml.safe_dump(ENTRIES), encoding="utf-8")
        claim("step1").decide(SEEN, control=CONTROL)
        experiment.chapter("3-tcp/02-y", needs=())
        assert verdicts().open == ("step1", "step2", "step3")

    def test_what_the_cell_changes_later_does_not_change_the_card(self, book):
        seen = dict(SEEN)
        claim("step1").decide(seen, control=CONTROL)
        seen.clear()
        assert verdicts().decided["step1"].observations == SEEN


class TestInANotebook:
    def run_cell(self, book: Path, source: str):
        """Run one cell in a shell of its own; gives the displayed bundles and what the shell printed."""
        program = (
            "import json, sys\n"
            "from IPython.core.interactiveshell import InteractiveShell\n"
            "from IPython.utils.capture import capture_output\n"
            "shell = InteractiveShell.instance()\n"
            "with capture_output() as captured:\n"
            "    shell.run_cell(sys.argv[1])\n"
            "bundles = [sorted(output.data) for output in captured.outputs]\n"
            "print(json.dumps([bundles, captured.stdout, captured.stderr]))\n"
        )
        head = "from labsupport.experiment import chapter; chapter('3-tcp/01-x', needs=());"
        head += "from labsupport.claims import claim, verdicts\n"
        run = subprocess.run(
            [sys.executable, "-c", program, head + source],
            cwd=book,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(book), "PATH": ""},
        )
        return json.loads(run.stdout.splitlines()[-1])

    def test_the_card_is_displayed_once_as_html_and_text(self, book):
        outputs, printed, _ = self.run_cell(
            book, "claim('step1').decide({'seen': True}, control={'not': True})"
        )
        assert outputs == [["text/html", "text/plain"]]
        assert printed == ""

    def test_a_contradiction_shows_the_card_and_one_line(self, book):
        source = "claim('step1').decide({'seen': False}, control={'not': True})"
        outputs, printed, errors = self.run_cell(book, source)
        assert outputs == [["text/html", "text/plain"]]
        assert (printed + errors).strip().startswith("ClaimContradicted: step1: came out false: 'seen'")
        assert "Traceback" not in printed + errors
        assert "trial.py" not in printed + errors


def test_a_trial_can_be_made_from_a_ledger_without_a_chapter(tmp_path, capsys):
    ledger = Ledger.parse(yaml.safe_dump(ENTRIES), tmp_path / "x.claims.yml")
    Trial(ledger["step3"], ledger.path).decide(SEEN, control=CONTROL)
    assert "REFUTED  step3" in capsys.readouterr().out
