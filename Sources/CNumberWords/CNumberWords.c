#include "CNumberWords.h"

// See CLanguageGrams.c for the reason. Every heading follows a line feed.
static const char rules[] = {'\n',
#embed "rules.txt"
    , 0};
static const char contexts[] = {'\n',
#embed "contexts.txt"
    , 0};

const char *lorikeet_number_rules(void) { return rules; }
const char *lorikeet_number_contexts(void) { return contexts; }
