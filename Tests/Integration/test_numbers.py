"""The number table for the Swift tests is text2num's reading of Unicode's spelling."""
import pytest

import make_numbers


@pytest.mark.parametrize("language", make_numbers.LANGUAGES)
def test_the_table_is_what_text2num_reads(language):
    fixture = (make_numbers.NUMBERS / f"{language}.tsv").read_text(encoding="utf-8")
    assert fixture == make_numbers.table(language)
