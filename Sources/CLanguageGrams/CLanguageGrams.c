#include "CLanguageGrams.h"

// `#embed` compiles in hundredths of a second. SwiftPM's `.embedInCode` makes a Swift array literal of the 230 kB, which
// takes 25 s in a debug and 41 s in a release build.
static const char latin[] = {
#embed "latin.txt"
    , 0};
static const char cyrillic[] = {
#embed "cyrillic.txt"
    , 0};

const char *lorikeet_language_grams_latin(void) { return latin; }
const char *lorikeet_language_grams_cyrillic(void) { return cyrillic; }
