"""The reference of commands and options is the program's help."""
import make_reference


def test_the_reference_is_what_the_program_prints():
    written = make_reference.OUTPUT.read_text(encoding="utf-8")
    assert written == make_reference.reference(), "run `python3 Tools/make_reference.py`"
