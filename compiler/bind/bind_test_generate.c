/* bind_test_generate.c -- GIVEN stream GENERATE n ROWS [WITH ('fields.column.key' = 'value')] SEED k.
 *
 * The same seed makes the same rows everywhere.  Columns draw one after the other, so an option of one column changes
 * no other column: each has a sequence of its own, from the seed and its number.
 *
 * Without options: the event time is a sequence of seconds from midnight of the test's date, integers are 0 .. 999,
 * texts one of ten, other times lie within the day; ARRAY, MAP and ROW columns are NULL. */
#include "compiler/bind/bind_test_internal.h"

#include "runtime/base/interval.h"

typedef enum FieldKey {
    KEY_KIND,
    KEY_MIN,
    KEY_MAX,
    KEY_START,
    KEY_STEP,
    KEY_VALUES,
    KEY_LENGTH,
    KEY_NULL_RATE,
    KEY_COUNT,
} FieldKey;

static const char *const KEY_NAMES[KEY_COUNT] = {
    [KEY_KIND] = "kind", [KEY_MIN] = "min",       [KEY_MAX] = "max",       [KEY_START] = "start",
    [KEY_STEP] = "step", [KEY_VALUES] = "values", [KEY_LENGTH] = "length", [KEY_NULL_RATE] = "null-rate",
};

typedef struct Field {
    Str name; /* `device.class` */
    const Type *type;
    const AstNode *options[KEY_COUNT]; /* NULL: not written */
    bool is_rowtime;
    /* Worked out: */
    bool is_sequence;
    int64_t low, high;   /* integers and times, in the unit of `scale` */
    int64_t start, step; /* a sequence */
    double low_real, high_real;
    double null_rate;
    RtDatum *values;
    uint32_t value_count;
    uint32_t length; /* of random texts; 0: one of ten */
} Field;

typedef struct Generator {
    TestBinder *t;
    const Table *table;
    uint64_t row_count;
    VEC(Field) fields;
} Generator;

static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U; /* SplitMix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static uint64_t draw_below(uint64_t *state, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)draw(state) * bound) >> 64);
}

static double draw_part(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-53;
}

/* ---- columns ---- */

static Field *field_named(Generator *g, Str name)
{
    for (uint32_t i = 0; i < g->fields.count; i++) {
        if (str_equal(g->fields.items[i].name, name))
            return &g->fields.items[i];
    }
    return NULL;
}

static void add_columns(Generator *g)
{
    for (uint32_t i = 0; i < g->table->column_count; i++) {
        const TableColumn *column = &g->table->columns[i];
        bool is_rowtime = (int32_t)i == g->table->rowtime_column;
        if (column->computed != NULL && is_rowtime)
            test_note_given(g->t, g->table, column);
        if (column->computed != NULL && !is_rowtime)
            continue;
        Field field = { .name = column->name,
                        .is_rowtime = is_rowtime,
                        .type = type_plain(g->t->binder->query, column->type) };
        if (field.type->kind < TYPE_ROW)
            vec_push(g->t->binder->query, &g->fields, field);
    }
}

/* `device.class`, which no column of its own is. */
static Field *add_path(Generator *g, Str name, Span span)
{
    const Type *type = NULL;
    Str rest = name;
    for (uint32_t i = 0; i < g->table->column_count && type == NULL; i++) {
        const TableColumn *column = &g->table->columns[i];
        bool is_part =
            str_starts_with(name, column->name) && name.len > column->name.len && name.data[column->name.len] == '.';
        if (!is_part && !str_equal(name, column->name))
            continue;
        type = column->type;
        if (column->computed != NULL)
            test_note_given(g->t, g->table, column);
        rest = (Str){ name.data + column->name.len, name.len - column->name.len };
    }
    while (type != NULL && rest.len > 0) {
        rest = (Str){ rest.data + 1, rest.len - 1 };
        const Type *inner = NULL;
        for (uint32_t i = 0; type->kind == TYPE_ROW && i < type->field_count && inner == NULL; i++) {
            Str field = type->fields[i].name;
            if (!str_starts_with(rest, field) || (rest.len > field.len && rest.data[field.len] != '.'))
                continue;
            inner = type->fields[i].type;
            rest = (Str){ rest.data + field.len, rest.len - field.len };
        }
        type = inner;
    }
    if (type == NULL || type->kind >= TYPE_ROW) {
        test_error(g->t, E0342, span,
                   str_printf(g->t->binder->query, "`%.*s` has no column `%.*s` of a simple type",
                              STR_ARG(g->table->name), STR_ARG(name)));
        return NULL;
    }
    Field field = { .name = name, .type = type_plain(g->t->binder->query, type) };
    vec_push(g->t->binder->query, &g->fields, field);
    return &g->fields.items[g->fields.count - 1];
}

/* ---- options ---- */

static void take_option(Generator *g, const AstNode *option)
{
    Arena *query = g->t->binder->query;
    Str key = ast_option_key(option), prefix = STR("fields.");
    uint64_t dot = key.len;
    while (dot > 0 && key.data[dot - 1] != '.')
        dot--;
    if (!str_starts_with(key, prefix) || dot <= prefix.len) {
        test_error(
            g->t, E0403, ast_option_key_span(option),
            str_printf(query, "GENERATE has no option '%.*s'; they are called 'fields.COLUMN.KEY'", STR_ARG(key)));
        return;
    }
    Str name = { key.data + prefix.len, dot - 1 - prefix.len }, word = { key.data + dot, key.len - dot };
    Field *field = field_named(g, name);
    if (field == NULL)
        field = add_path(g, name, ast_option_key_span(option));
    if (field == NULL)
        return;
    for (uint32_t k = 0; k < KEY_COUNT; k++) {
        if (str_equal(str_from(KEY_NAMES[k]), word)) {
            field->options[k] = option;
            return;
        }
    }
    Diag *d = test_error(g->t, E0403, ast_option_key_span(option),
                         str_printf(query, "a generated column has no '%.*s'", STR_ARG(word)));
    diag_help(d, "there are kind, min, max, start, step, values, length and null-rate");
}

static void bad_value(Generator *g, const AstNode *option, const char *wanted)
{
    test_error(g->t, E0405, ast_option_value_span(option),
               str_printf(g->t->binder->query, "'%.*s' is no %s", STR_ARG(ast_option_value(option)), wanted));
}

static int64_t datum_integer(RtDatum datum)
{
    switch (datum.kind) {
    case PK_I8:
        return datum.value.i8;
    case PK_I16:
        return datum.value.i16;
    case PK_I32:
        return datum.value.i32;
    case PK_TIME96:
        return datum.value.time96.us;
    default:
        return datum.value.i64;
    }
}

static RtDatum integer_datum(RtKind kind, int64_t value)
{
    RtDatum datum = { .kind = (uint8_t)kind };
    switch (kind) {
    case PK_BOOL:
    case PK_I8:
        datum.value.i8 = (int8_t)value;
        break;
    case PK_I16:
        datum.value.i16 = (int16_t)value;
        break;
    case PK_I32:
        datum.value.i32 = (int32_t)value;
        break;
    case PK_TIME96:
        datum.value.time96 = (RtTime96){ .us = value };
        break;
    default:
        datum.value.i64 = value;
        break;
    }
    return datum;
}

static bool is_real(const Type *type)
{
    return type->kind == TYPE_DOUBLE || type->kind == TYPE_FLOAT || type->kind == TYPE_DECIMAL;
}

static bool is_whole(const Type *type)
{
    return type_is_integer(type) || type_is_datetime(type);
}

static int64_t whole_option(Generator *g, const Field *field, FieldKey key, int64_t otherwise)
{
    const AstNode *option = field->options[key];
    RtDatum datum;
    if (option == NULL)
        return otherwise;
    if (test_text_value(g->t->binder, &g->t->clock, ast_option_value(option), field->type, &datum))
        return datum_integer(datum);
    bad_value(g, option, "value of the column");
    return otherwise;
}

static double real_option(Generator *g, const Field *field, FieldKey key, double otherwise)
{
    const AstNode *option = field->options[key];
    RtDatum datum;
    if (option == NULL)
        return otherwise;
    if (constant_from_text(g->t->binder, ast_option_value(option), type_simple(TYPE_DOUBLE, true), &datum) &&
        datum.value.f64 - datum.value.f64 == 0)
        return datum.value.f64;
    bad_value(g, option, "number");
    return otherwise;
}

/* Of a sequence of times a duration, else a number. */
static int64_t step_option(Generator *g, const Field *field)
{
    const AstNode *option = field->options[KEY_STEP];
    bool of_time = type_is_datetime(field->type);
    int64_t step = 0;
    RtDatum datum;
    if (option == NULL)
        return !of_time ? 1 : field->type->kind == TYPE_DATE ? 1 : field->type->kind == TYPE_TIME ? 1000 : 1000000;
    if (!of_time) {
        if (constant_from_text(g->t->binder, ast_option_value(option), type_simple(TYPE_BIGINT, true), &datum))
            return datum.value.i64;
    } else if (duration_parse(ast_option_value(option), &step) == PARSE_OK) {
        return field->type->kind == TYPE_DATE   ? step / 86400000000
               : field->type->kind == TYPE_TIME ? step / 1000
                                                : step;
    }
    bad_value(g, option, of_time ? "duration, such as '10 s'" : "whole number");
    return 1;
}

static void take_values(Generator *g, Field *field)
{
    Str rest = ast_option_value(field->options[KEY_VALUES]);
    uint32_t most = 1;
    for (uint64_t i = 0; i < rest.len; i++)
        most += rest.data[i] == ',';
    field->values = ARENA_ARRAY(g->t->binder->query, RtDatum, most);
    while (field->value_count < most) {
        int64_t comma = str_find(rest, STR(","));
        Str one = comma < 0 ? rest : (Str){ rest.data, (uint64_t)comma };
        rest = comma < 0 ? STR_EMPTY : (Str){ rest.data + comma + 1, rest.len - (uint64_t)comma - 1 };
        if (!test_text_value(g->t->binder, &g->t->clock, str_trim(one), field->type,
                             &field->values[field->value_count++])) {
            bad_value(g, field->options[KEY_VALUES], "list of values of the column, with commas between");
            return;
        }
    }
}

static void whole_limits(Generator *g, Field *field)
{
    RtDatum midnight = { 0 };
    int64_t last = type_is_integer(field->type) ? (field->type->kind == TYPE_TINYINT ? 99 : 999) : 86399999;
    if (field->type->kind == TYPE_DATE)
        last = 0;
    if (type_is_datetime(field->type) && field->type->kind != TYPE_TIME) {
        bool is_date = field->type->kind == TYPE_DATE;
        Str text = is_date ? g->t->clock.date : STR("00:00:00");
        if (test_text_value(g->t->binder, &g->t->clock, text, field->type, &midnight))
            last += datum_integer(midnight) + (is_date ? 0 : 86399999000 - last);
    }
    int64_t first = datum_integer(midnight);
    if (midnight.kind == 0)
        first = 0;
    field->low = whole_option(g, field, KEY_MIN, first);
    field->high =
        whole_option(g, field, KEY_MAX, field->options[KEY_MIN] != NULL && field->low > last ? field->low : last);
    field->start = whole_option(g, field, KEY_START, first);
    field->step = step_option(g, field);
    if (field->low > field->high)
        bad_value(g, field->options[field->options[KEY_MAX] != NULL ? KEY_MAX : KEY_MIN], "range: min is above max");
}

/* The last value must be one of the type, too: it would wrap. */
static void check_sequence(Generator *g, const Field *field)
{
    RtDatum datum;
    __int128 last = field->start + (__int128)field->step * (int64_t)(g->row_count - 1);
    const AstNode *option = field->options[KEY_STEP] != NULL ? field->options[KEY_STEP] : field->options[KEY_START];
    if (!field->is_sequence || !type_is_integer(field->type) || option == NULL)
        return;
    if (last != (int64_t)last ||
        !constant_from_text(g->t->binder, str_printf(g->t->binder->query, "%lld", (long long)last), field->type,
                            &datum))
        bad_value(g, option, "sequence that stays within the column's type");
}

static void refuse_keys(Generator *g, const Field *field, FieldKey first, FieldKey last, const char *why)
{
    for (FieldKey k = first; k <= last; k++) {
        if (field->options[k] != NULL)
            test_error(g->t, E0405, ast_option_key_span(field->options[k]),
                       str_printf(g->t->binder->query, "'%s' does nothing here: %s", KEY_NAMES[k], why));
    }
}

static void take_kind(Generator *g, Field *field)
{
    const AstNode *kind = field->options[KEY_KIND];
    bool sequence_options = field->options[KEY_START] != NULL || field->options[KEY_STEP] != NULL;
    bool random_options = field->options[KEY_MIN] != NULL || field->options[KEY_MAX] != NULL;
    field->is_sequence = sequence_options || (field->is_rowtime && !random_options && field->values == NULL);
    if (kind != NULL && !str_equal(ast_option_value(kind), STR("random")) &&
        !str_equal(ast_option_value(kind), STR("sequence")))
        bad_value(g, kind, "kind: random or sequence");
    else if (kind != NULL)
        field->is_sequence = str_equal(ast_option_value(kind), STR("sequence"));
    if (field->is_sequence && !is_whole(field->type)) {
        const AstNode *option = kind != NULL ? kind : field->options[KEY_START];
        option = option != NULL ? option : field->options[KEY_STEP];
        test_error(g->t, E0405, ast_option_key_span(option),
                   str_printf(g->t->binder->query, "`%.*s` cannot be a sequence: it is neither an integer nor a time",
                              STR_ARG(field->name)));
    }
    if (field->is_sequence)
        refuse_keys(g, field, KEY_MIN, KEY_MAX, "the column is a sequence, which has start and step");
    else
        refuse_keys(g, field, KEY_START, KEY_STEP, "the column is random, which has min and max");
}

static void settle(Generator *g, Field *field)
{
    if (field->options[KEY_VALUES] != NULL)
        take_values(g, field);
    take_kind(g, field);
    if (is_whole(field->type))
        whole_limits(g, field);
    check_sequence(g, field);
    if (!is_whole(field->type))
        refuse_keys(g, field, KEY_START, KEY_STEP, "the column is neither an integer nor a time");
    if (is_real(field->type)) {
        field->low_real = real_option(g, field, KEY_MIN, 0);
        field->high_real = real_option(g, field, KEY_MAX, field->type->kind == TYPE_DECIMAL ? 9 : 1);
    } else if (!is_whole(field->type)) {
        refuse_keys(g, field, KEY_MIN, KEY_MAX, "the column is no number and no time");
    }
    const AstNode *length = field->options[KEY_LENGTH];
    RtDatum datum = { 0 };
    if (length != NULL &&
        (!type_is_text(field->type) ||
         !constant_from_text(g->t->binder, ast_option_value(length), type_simple(TYPE_INT, true), &datum) ||
         datum.value.i32 < 1 || datum.value.i32 > 1000))
        bad_value(g, length, "length of a text: 1 to 1000");
    field->length = (uint32_t)datum.value.i32;
    field->null_rate = real_option(g, field, KEY_NULL_RATE, 0);
    if (field->null_rate < 0 || field->null_rate > 1)
        bad_value(g, field->options[KEY_NULL_RATE], "share between 0 and 1");
}

/* ---- values ---- */

static Str random_text(Generator *g, const Field *field, uint64_t *state)
{
    Arena *query = g->t->binder->query;
    if (field->length == 0)
        return str_printf(query, "%.*s-%u", STR_ARG(field->name), (unsigned)draw_below(state, 10));
    char *text = ARENA_ARRAY(query, char, field->length);
    for (uint32_t i = 0; i < field->length; i++)
        text[i] = (char)('a' + draw_below(state, 26));
    return (Str){ text, field->length };
}

static RtDatum whole_value(const Field *field, uint64_t row, uint64_t *state)
{
    RtKind kind = type_physical(field->type);
    if (field->is_sequence)
        return integer_datum(kind, field->start + (int64_t)row * field->step);
    uint64_t range = (uint64_t)field->high - (uint64_t)field->low;
    /* Times of milliseconds, as events have them. */
    uint64_t unit = field->type->kind == TYPE_TIMESTAMP || field->type->kind == TYPE_TIMESTAMP_LTZ ? 1000 : 1;
    uint64_t drawn = range == UINT64_MAX ? draw(state) : draw_below(state, range / unit + 1) * unit;
    return integer_datum(kind, (int64_t)((uint64_t)field->low + drawn));
}

static RtDatum real_value(Generator *g, const Field *field, uint64_t *state)
{
    double value = field->low_real + draw_part(state) * (field->high_real - field->low_real);
    RtDatum datum = { .kind = (uint8_t)type_physical(field->type) };
    if (field->type->kind == TYPE_DOUBLE)
        datum.value.f64 = value;
    else if (field->type->kind == TYPE_FLOAT)
        datum.value.f32 = (float)value;
    else if (!constant_from_text(g->t->binder, str_printf(g->t->binder->query, "%.6f", value), field->type, &datum))
        datum = datum_null(type_physical(field->type));
    return datum;
}

static RtDatum field_value(Generator *g, const Field *field, uint64_t row, uint64_t *state)
{
    RtDatum datum = datum_null(type_physical(field->type));
    bool is_null = draw_part(state) < field->null_rate;
    if (is_null)
        return datum;
    if (field->value_count > 0)
        return field->values[draw_below(state, field->value_count)];
    if (is_whole(field->type))
        return whole_value(field, row, state);
    if (is_real(field->type))
        return real_value(g, field, state);
    if (field->type->kind == TYPE_BOOLEAN)
        return integer_datum(PK_BOOL, draw(state) >> 63 != 0);
    if (!type_is_text(field->type) ||
        !test_text_value(g->t->binder, &g->t->clock, random_text(g, field, state), field->type, &datum))
        return datum_null(type_physical(field->type));
    return datum;
}

static uint64_t number_of(const AstNode *ast)
{
    Str text = ast_integer_text(ast);
    uint64_t value = 0;
    for (uint64_t i = 0; i < text.len && value < UINT64_MAX / 10 - 9; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    return value;
}

static void fill(Generator *g, TestStep *step, uint64_t seed)
{
    Arena *query = g->t->binder->query;
    uint32_t count = g->fields.count;
    step->column_count = count;
    step->columns = ARENA_ARRAY(query, Str, count + 1);
    step->types = ARENA_ARRAY(query, const Type *, count + 1);
    step->values = ARENA_ARRAY(query, TestValue, (size_t)step->row_count * count + 1);
    for (uint32_t c = 0; c < count; c++) {
        const Field *field = &g->fields.items[c];
        uint64_t state = seed ^ ((c + 1) * 0xD1342543DE82EF95U);
        step->columns[c] = field->name;
        step->types[c] = field->type;
        for (uint32_t r = 0; r < step->row_count; r++)
            step->values[(size_t)r * count + c].datum = field_value(g, field, r, &state);
    }
}

void test_generate(TestBinder *t, TestStep *step, const AstNode *given)
{
    Generator g = { .t = t, .table = step->table };
    const AstNode *rows = ast_given_generate(given);
    uint64_t count = number_of(rows);
    if (count == 0 || count > TEST_GENERATED_MAX)
        test_error(t, E0343, rows->span,
                   str_printf(t->binder->query, "GENERATE makes 1 to %u rows", (unsigned)TEST_GENERATED_MAX));
    g.row_count = count;
    add_columns(&g);
    AST_EACH(option, ast_given_options(given))
        take_option(&g, option);
    for (uint32_t i = 0; i < g.fields.count && !t->failed; i++)
        settle(&g, &g.fields.items[i]);
    if (t->failed)
        return;
    step->row_count = (uint32_t)count;
    fill(&g, step, number_of(ast_given_seed(given)));
}
