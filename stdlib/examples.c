/* examples.c -- an example of each function, and the operators that are no rows of functions.def (native only). */
#include "stdlib/registry.h"

const FnSpecial FN_SPECIALS[] = {
#define FN_SPECIAL(name_, written_, result_, doc_) { name_, written_, result_, doc_ },
#include "stdlib/functions_special.def"
#undef FN_SPECIAL
};
const uint32_t FN_SPECIAL_COUNT = sizeof FN_SPECIALS / sizeof FN_SPECIALS[0];

const FnExample FN_EXAMPLES[] = {
#define FN_EXAMPLE(name_, call_, result_) { name_, call_, result_ },
#include "stdlib/examples.def"
#undef FN_EXAMPLE
};
const uint32_t FN_EXAMPLE_COUNT = sizeof FN_EXAMPLES / sizeof FN_EXAMPLES[0];
