/* foreign.c -- looks words of other dialects up. */
#include "compiler/diag/foreign.h"

static const ForeignWord FOREIGN_WORDS[] = {
#define FOREIGN(kind, word, instead, why) { FOREIGN_##kind, #word, instead, why },
#include "compiler/diag/foreign.def"
#undef FOREIGN
};

const ForeignWord *foreign_find(ForeignKind kind, Str word)
{
    for (uint32_t i = 0; i < sizeof FOREIGN_WORDS / sizeof FOREIGN_WORDS[0]; i++)
        if (FOREIGN_WORDS[i].kind == kind && str_equal_nocase(word, str_from(FOREIGN_WORDS[i].word)))
            return &FOREIGN_WORDS[i];
    return NULL;
}

bool foreign_help(Diag *diag, ForeignKind kind, Span span, Str word)
{
    const ForeignWord *foreign = foreign_find(kind, word);
    if (foreign == NULL)
        return false;
    if (foreign->instead[0] == '\0')
        diag_help(diag, "%s", foreign->why);
    else
        diag_fix(diag, span, str_from(foreign->instead), "`%s` of other dialects is `%s` here", foreign->word,
                 foreign->instead);
    return true;
}
