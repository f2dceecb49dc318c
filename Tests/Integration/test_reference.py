"""The generated parts of the documentation agree with the help of the program."""
import make_reference


def test_the_reference_agrees_with_the_help():
    written = make_reference.OUTPUT.read_text(encoding="utf-8")
    assert written == make_reference.reference(), "run `python3 Tools/make_reference.py`"


def test_the_tables_of_settings_agree_with_the_help():
    written = make_reference.CONFIGURATION.read_text(encoding="utf-8")
    assert written == make_reference.configuration(), "run `python3 Tools/make_reference.py`"
