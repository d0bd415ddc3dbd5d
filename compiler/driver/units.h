/* units.h -- what is compiled together.
 *
 *   a project    all .ssql files below the folder that holds sqc.toml are one unit, whichever of them was given; their
 *                definitions see each other
 *   otherwise    each file is a unit of its own, together with what it IMPORTs
 *
 * `selected` are the files that were given: `sqc test` runs the tests of those only.
 *
 * Ownership  the arena of the arguments.
 * Errors     false: said so on stderr. */
#ifndef SQC_DRIVER_UNITS_H
#define SQC_DRIVER_UNITS_H

#include "compiler/driver/program.h"

typedef struct Unit {
    Str project; /* the real path of its folder; empty: none */
    PathList files;
    PathList selected;
} Unit;

typedef struct Units {
    VEC(Unit) items;
    uint32_t file_count; /* of all units */
} Units;

bool units_of(const Args *args, Units *units);
/* Reads and parses the files of a unit. */
void unit_add_to(const Unit *unit, Program *program);
/* Was the file in which this stands given? */
bool unit_has_selected(const Unit *unit, const Program *program, Span span);

#endif
