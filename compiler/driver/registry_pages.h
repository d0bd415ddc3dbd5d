/* registry_pages.h -- the registries as pages of the documentation: `sqc help LIST --format md`.
 *
 * docs/gen holds what these print; a test fails when a page is not what the binary says. */
#ifndef SQC_DRIVER_REGISTRY_PAGES_H
#define SQC_DRIVER_REGISTRY_PAGES_H

#include "runtime/base/arena.h"
#include "runtime/base/str.h"

#include <stdbool.h>

void page_functions(bool markdown);
/* One function, form or aggregate, whatever the case of its name; false: there is none. */
bool page_function(Str name);
Str page_function_nearest(Arena *arena, Str name);
void page_codes(bool markdown);
void page_rules(bool markdown);
void page_connectors(bool markdown);
void page_lints(bool markdown);

#endif
