// Tables of letter n-grams and their frequency in the languages of a script, as UTF-8 text that ends with NUL.
//
// The first line lists the languages. Each further line is an n-gram, with `_` for a space, then a space and one letter
// per language: `a` for the language in which it is most frequent, and one letter further for each factor of e^0.5 that
// it is rarer. `Tools/make_language_grams.py` writes the tables from the model of py3langid 0.4.0, whose
// license is in LICENSE.
#pragma once

const char *_Nonnull lorikeet_language_grams_latin(void);
const char *_Nonnull lorikeet_language_grams_cyrillic(void);
