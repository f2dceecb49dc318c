// The spoken numbers of languages, as UTF-8 text that ends with NUL: a section for each language after a line "@ en".
//
// rules.txt: how numbers are spelled, from Unicode's CLDR, whose license is in LICENSE; `Tools/make_number_rules.py`
// writes it and describes its form. contexts.txt: which words are numbers, and how they are written; its beginning
// describes its form.
#pragma once

const char *_Nonnull lorikeet_number_rules(void);
const char *_Nonnull lorikeet_number_contexts(void);
