/* test_diff.c -- see test_diff.h. */
#include "compiler/driver/test_diff.h"

#include <math.h>
#include <stdlib.h>

enum { NO_ROW = UINT32_MAX };

typedef struct Match {
    Arena *arena;
    const TestRows *rows;
    const TestStep *step;
    uint32_t *taker; /* by row that came: the expected row that it is, or NO_ROW */
    uint32_t *taken; /* by expected row */
    bool *tried;     /* rows that came, in this search */
} Match;

static double as_double(RtDatum datum)
{
    return datum.kind == PK_F32 ? (double)datum.value.f32 : datum.value.f64;
}

static bool same_value(const TestValue *wanted, RtDatum got, double tolerance)
{
    RtDatum want = wanted->datum;
    if (wanted->is_any)
        return true;
    if (want.is_null || got.is_null)
        return want.is_null && got.is_null;
    if (got.kind == PK_F64 || got.kind == PK_F32) {
        double a = as_double(want), b = as_double(got);
        return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance;
    }
    if (got.kind == PK_STR || got.kind == PK_BLOB)
        return str_equal(want.value.str, got.value.str);
    return memcmp(&want.value, &got.value, kind_bytes((RtKind)got.kind)) == 0;
}

static int32_t column_index(const PhysNode *sink, Str name)
{
    for (uint32_t c = 0; c < sink->column_count; c++) {
        if (str_equal(sink->columns[c].name, name))
            return (int32_t)c;
    }
    return -1;
}

static bool has_right(const Match *m, uint32_t wanted, uint32_t row, uint32_t c)
{
    int32_t at = column_index(m->rows->sinks[row], m->step->columns[c]);
    const TestValue *value = &m->step->values[(size_t)wanted * m->step->column_count + c];
    return at >= 0 && same_value(value, m->rows->rows[row][at], m->step->tolerance);
}

/* How many of the expected columns a row has right. */
static uint32_t right_columns(const Match *m, uint32_t wanted, uint32_t row)
{
    uint32_t right = 0;
    for (uint32_t c = 0; c < m->step->column_count; c++)
        right += has_right(m, wanted, row, c);
    return right;
}

/* A row that is taken back fits EXPECT DELETE alone, and EXPECT UPDATE takes updates alone. */
static bool fits(const Match *m, uint32_t wanted, uint32_t row)
{
    RowChange change = m->rows->changes[row];
    if (m->step->is_delete != (change == ROW_DELETE))
        return false;
    if (change == ROW_UPDATE_BEFORE || (change == ROW_INSERT && m->step->is_update))
        return false;
    for (uint32_t c = 0; c < m->step->column_count; c++) {
        if (!has_right(m, wanted, row, c))
            return false;
    }
    return true;
}

/* ---- which row is which ---- */

/* A row with ANY may have to give way to one that has no other choice: whoever has it looks for another. */
static bool place(Match *m, uint32_t wanted, uint32_t depth)
{
    for (uint32_t i = 0; i < m->rows->count; i++) {
        if (m->tried[i] || !fits(m, wanted, i))
            continue;
        m->tried[i] = true;
        if (m->taker[i] != NO_ROW && (depth > 200 || !place(m, m->taker[i], depth + 1)))
            continue;
        m->taker[i] = wanted;
        m->taken[wanted] = i;
        return true;
    }
    return false;
}

static void match(Match *m)
{
    uint32_t wanted = m->step->row_count, came = m->rows->count;
    m->taker = ARENA_ARRAY(m->arena, uint32_t, came + 1);
    m->taken = ARENA_ARRAY(m->arena, uint32_t, wanted + 1);
    m->tried = ARENA_ARRAY(m->arena, bool, came + 1);
    memset(m->taker, 0xff, (came + 1) * sizeof *m->taker);
    memset(m->taken, 0xff, (wanted + 1) * sizeof *m->taken);
    for (uint32_t w = 0; w < wanted; w++) { /* the plain way first: most rows fit one place only */
        for (uint32_t i = 0; i < came && m->taken[w] == NO_ROW; i++) {
            if (m->taker[i] == NO_ROW && fits(m, w, i)) {
                m->taker[i] = w;
                m->taken[w] = i;
            }
        }
    }
    for (uint32_t w = 0; w < wanted; w++) {
        if (m->taken[w] != NO_ROW)
            continue;
        memset(m->tried, 0, came * sizeof *m->tried);
        (void)place(m, w, 0);
    }
}

/* ---- what differs ---- */

static Str value_text(const Match *m, const TestValue *value, const Type *type)
{
    Buf text = { 0 };
    if (value->is_any)
        buf_append_str(&text, STR("ANY"));
    else
        test_put_value(&text, m->arena, type, value->datum);
    return test_take(m->arena, &text);
}

static void put_padded(Buf *out, Str text, uint64_t width)
{
    buf_append_str(out, text);
    for (uint64_t i = text.len; i < width; i++)
        buf_append_char(out, ' ');
}

/* One expected row, the nearest row below it in the same columns, and marks below where they differ. */
typedef struct Pair {
    Buf wanted, got, marks, names;
} Pair;

static void put_cell(const Match *m, Pair *pair, uint32_t w, uint32_t row, uint32_t c)
{
    const TestStep *step = m->step;
    const TestValue *value = &step->values[(size_t)w * step->column_count + c];
    bool is_last = c + 1 == step->column_count;
    Str end = is_last ? STR(")") : STR(", ");
    Str wanted = value_text(m, value, step->types[c]), got = STR_EMPTY;
    if (row != NO_ROW) {
        int32_t at = column_index(m->rows->sinks[row], step->columns[c]);
        TestValue came = { .datum = at < 0 ? datum_null(PK_I64) : m->rows->rows[row][at] };
        got = value_text(m, &came, step->types[c]);
    }
    uint64_t width = (wanted.len > got.len ? wanted.len : got.len) + end.len;
    buf_append_str(&pair->wanted, wanted);
    put_padded(&pair->wanted, end, is_last ? 0 : width - wanted.len);
    buf_append_str(&pair->got, got);
    put_padded(&pair->got, end, is_last ? 0 : width - got.len);
    bool differs = row != NO_ROW && !has_right(m, w, row, c);
    put_padded(&pair->marks, differs ? STR("^") : STR_EMPTY, width);
    if (!differs)
        return;
    buf_append_str(&pair->names, pair->names.len > 0 ? STR(", ") : STR_EMPTY);
    buf_append_str(&pair->names, step->columns[c]);
}

static uint32_t nearest(const Match *m, const bool *shown, uint32_t wanted)
{
    uint32_t best = NO_ROW, most = 0;
    for (uint32_t i = 0; i < m->rows->count; i++) {
        if (m->taker[i] != NO_ROW || shown[i])
            continue;
        uint32_t right = right_columns(m, wanted, i);
        if (best == NO_ROW || right > most) {
            best = i;
            most = right;
        }
    }
    return best;
}

static void put_line(Buf *out, const char *head, Buf *line)
{
    Str text = buf_str(line);
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    if (text.len > 0) {
        buf_append_str(out, str_from(head));
        buf_append_str(out, text);
        buf_append_char(out, '\n');
    }
    buf_free(line);
}

static void put_missing(const Match *m, Buf *out, uint32_t wanted, bool *shown)
{
    uint32_t row = nearest(m, shown, wanted);
    Pair pair = { 0 };
    buf_append_char(&pair.wanted, '(');
    buf_append_char(&pair.got, '(');
    for (uint32_t c = 0; c < m->step->column_count; c++)
        put_cell(m, &pair, wanted, row, c);
    put_line(out, "  expected: ", &pair.wanted);
    if (row == NO_ROW) {
        buf_free(&pair.got);
        buf_free(&pair.marks);
        buf_free(&pair.names);
        return;
    }
    shown[row] = true;
    buf_append_str(&pair.got, str_printf(m->arena, "  %s", test_change_name(m->rows->changes[row])));
    put_line(out, "  nearest:  ", &pair.got);
    while (pair.marks.len > 0 && pair.marks.data[pair.marks.len - 1] == ' ')
        pair.marks.len--;
    buf_append_char(&pair.marks, ' ');
    buf_append_str(&pair.marks, buf_str(&pair.names));
    buf_free(&pair.names);
    put_line(out, "             ", &pair.marks);
}

static void put_unexpected(const Match *m, Buf *out, const bool *shown)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->rows->count && !m->step->is_partial; i++) {
        if (m->taker[i] != NO_ROW || shown[i] || count++ >= TEST_ROWS_SHOWN)
            continue;
        buf_append_str(out, STR("  not expected: "));
        test_put_row(out, m->arena, m->rows, i);
        buf_append_char(out, '\n');
    }
    if (count > TEST_ROWS_SHOWN)
        buf_append_str(out, str_printf(m->arena, "  .. and %u more that are not expected\n", count - TEST_ROWS_SHOWN));
}

Str test_diff(Arena *arena, const TestRows *rows, const TestStep *step)
{
    Match m = { .arena = arena, .rows = rows, .step = step };
    Buf out = { 0 };
    match(&m);
    bool *shown = ARENA_ARRAY(arena, bool, rows->count + 1);
    uint32_t missing = 0;
    for (uint32_t w = 0; w < step->row_count; w++) {
        if (m.taken[w] == NO_ROW && missing++ < TEST_ROWS_SHOWN)
            put_missing(&m, &out, w, shown);
    }
    if (missing > TEST_ROWS_SHOWN)
        buf_append_str(&out, str_printf(arena, "  .. and %u more that did not come\n", missing - TEST_ROWS_SHOWN));
    put_unexpected(&m, &out, shown);
    if (missing > 0 && rows->count == 0)
        buf_append_str(&out, STR("  no row came\n"));
    return test_take(arena, &out);
}

/* ---- snapshots ---- */

static Str cell_text(Arena *arena, const Type *type, RtDatum datum)
{
    Buf text = { 0 };
    test_put_value(&text, arena, type, datum);
    Str whole = test_take(arena, &text);
    /* In columns, quotes say nothing more. */
    bool is_quoted = whole.len >= 2 && whole.data[0] == '\'';
    return is_quoted ? (Str){ whole.data + 1, whole.len - 2 } : whole;
}

static int compare_lines(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

static Str joined(Arena *arena, const Str *cells, const uint64_t *widths, uint32_t count)
{
    Buf line = { 0 };
    for (uint32_t c = 0; c < count; c++) {
        if (c > 0)
            buf_append_str(&line, STR(" | "));
        put_padded(&line, cells[c], c + 1 < count ? widths[c] : 0);
    }
    buf_append_char(&line, '\n');
    return test_take(arena, &line);
}

Str test_snapshot(Arena *arena, const TestRows *rows, const TestStep *step)
{
    uint32_t count = step->column_count + 1;
    Str *cells = ARENA_ARRAY(arena, Str, (size_t)(rows->count + 1) * count);
    uint64_t *widths = ARENA_ARRAY(arena, uint64_t, count);
    cells[0] = STR("op");
    for (uint32_t c = 1; c < count; c++)
        cells[c] = step->columns[c - 1];
    for (uint32_t r = 0; r < rows->count; r++) {
        Str *row = &cells[(size_t)(r + 1) * count];
        row[0] = str_from(test_change_name(rows->changes[r]));
        for (uint32_t c = 1; c < count; c++) {
            int32_t at = column_index(rows->sinks[r], step->columns[c - 1]);
            row[c] = at < 0 ? STR_EMPTY : cell_text(arena, step->types[c - 1], rows->rows[r][at]);
        }
    }
    for (size_t i = 0; i < (size_t)(rows->count + 1) * count; i++)
        widths[i % count] = cells[i].len > widths[i % count] ? cells[i].len : widths[i % count];
    Str *lines = ARENA_ARRAY(arena, Str, rows->count + 1);
    for (uint32_t r = 0; r < rows->count; r++)
        lines[r] = joined(arena, &cells[(size_t)(r + 1) * count], widths, count);
    qsort(lines, rows->count, sizeof *lines, compare_lines);
    Buf text = { 0 };
    buf_append_char(&text, '\n');
    buf_append_str(&text, joined(arena, cells, widths, count));
    for (uint32_t r = 0; r < rows->count; r++)
        buf_append_str(&text, lines[r]);
    return test_take(arena, &text);
}

static bool next_line(Str *rest, Str *line)
{
    if (rest->len == 0)
        return false;
    int64_t end = str_find(*rest, STR("\n"));
    *line = end < 0 ? *rest : (Str){ rest->data, (uint64_t)end };
    uint64_t used = end < 0 ? rest->len : (uint64_t)end + 1;
    *rest = (Str){ rest->data + used, rest->len - used };
    return true;
}

/* Lines of one text that the other lacks; how often a line stands there counts. */
static void put_lacking(Arena *arena, Buf *out, Str text, Str other, const char *head)
{
    Str line, theirs;
    VEC(Str) left = { 0 };
    for (Str rest = other; next_line(&rest, &theirs);)
        vec_push(arena, &left, theirs);
    for (Str rest = text; next_line(&rest, &line);) {
        bool found = false;
        for (uint32_t i = 0; i < left.count && !found; i++) {
            found = left.items[i].data != NULL && str_equal(left.items[i], line);
            if (found)
                left.items[i] = (Str){ 0 };
        }
        if (found)
            continue;
        buf_append_str(out, str_from(head));
        buf_append_str(out, line);
        buf_append_char(out, '\n');
    }
}

Str test_snapshot_diff(Arena *arena, Str wanted, Str got)
{
    Buf out = { 0 };
    if (str_equal(wanted, got))
        return STR_EMPTY;
    put_lacking(arena, &out, wanted, got, "  expected:  ");
    put_lacking(arena, &out, got, wanted, "  came:      ");
    if (out.len == 0)
        buf_append_str(&out, STR("  the same lines, in another order or with other blanks\n"));
    buf_append_str(&out, STR("  (sqc test --update writes what came into the file)\n"));
    return test_take(arena, &out);
}
