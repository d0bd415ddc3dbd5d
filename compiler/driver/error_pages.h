/* error_pages.h -- the pages of docs/errors, embedded: `sqc explain E0312` needs nothing but the program. */
#ifndef SQC_DRIVER_ERROR_PAGES_H
#define SQC_DRIVER_ERROR_PAGES_H

#include "runtime/base/str.h"

/* The Markdown text of a code's page; empty when there is none. */
Str error_page(Str code);

#endif
