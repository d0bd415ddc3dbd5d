/* generate.c -- the table of generators, from generators.def. */
#include "compiler/generate/generate.h"

#define GENERATOR(name, rows_default, files, description) { #name, description, files, rows_default, generate_##name },
static const Generator GENERATORS[] = {
#include "compiler/generate/generators.def"
};
#undef GENERATOR

const Generator *generators(uint32_t *count)
{
    *count = sizeof GENERATORS / sizeof GENERATORS[0];
    return GENERATORS;
}

const Generator *generator_find(Str name)
{
    for (uint32_t i = 0; i < sizeof GENERATORS / sizeof GENERATORS[0]; i++)
        if (str_equal(name, str_from(GENERATORS[i].name)))
            return &GENERATORS[i];
    return NULL;
}
