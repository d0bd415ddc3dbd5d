/* options_internal.h -- single options: names and values. */
#ifndef SQC_CONN_OPTIONS_INTERNAL_H
#define SQC_CONN_OPTIONS_INTERNAL_H

#include "runtime/conn/connector.h"

/* Fills option, text, number and real; false when the text is not of the option's type. */
bool option_value_parse(Arena *arena, const ConnOption *option, Str text, OptionValue *value);
/* What the option tables cannot say of `kafka` and `upsert-kafka`: adds issues. */
void kafka_options_check(Arena *arena, TableOptions *out);
/* What the type wants, for people: "one of `SQL`, `ISO-8601`". */
Str option_type_wants(Arena *arena, const ConnOption *option);
/* Whether a key is of this name, in which `*` stands for any text. */
bool option_name_matches(const char *name, Str key);

#endif
