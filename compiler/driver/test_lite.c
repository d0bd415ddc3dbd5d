/* test_lite.c -- see test_lite.h. */
#include "compiler/driver/test_lite.h"

#include "runtime/abi/key.h"

void test_lite_open(TestLite *lite, Arena *arena, const LiteQuery *query, const PhysNode *sink)
{
    *lite = (TestLite){ .arena = arena, .query = query, .sink = sink };
    lite->db = lite_open(arena, query);
}

void test_lite_close(TestLite *lite)
{
    lite_close(lite->db);
    lite->db = NULL;
}

/* ---- rows in ---- */

static const Table *table_of(const LogicalNode *node)
{
    return node->kind == LOGICAL_LOOKUP_JOIN ? node->as.lookup_join.table : node->as.scan.table;
}

static void give_row(TestLite *lite, uint32_t table, const TestStep *step, uint32_t row)
{
    const LogicalNode *node = lite->query->tables.items[table];
    uint32_t count = lite_table_column_count(node);
    bool is_scan = node->kind == LOGICAL_SCAN;
    const ScanSource *sources = is_scan ? logical_scan_sources(lite->arena, node) : NULL;
    RtDatum *values = ARENA_ARRAY(lite->arena, RtDatum, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        ScanSource source = is_scan ? sources[c] : (ScanSource){ .table_column = c };
        values[c] = test_given_value(lite->arena, table_of(node), &source, step, row);
    }
    lite_row(lite->db, table, values);
}

void test_lite_give(TestLite *lite, const TestStep *step)
{
    for (uint32_t t = 0; t < lite->query->tables.count; t++) {
        const LogicalNode *node = lite->query->tables.items[t];
        if (!str_equal(table_of(node)->name, step->table->name))
            continue;
        if (node->kind == LOGICAL_LOOKUP_JOIN && lite->has_rows)
            lite->no_opinion = STR("rows of a lookup table come behind rows of a stream");
        for (uint32_t r = 0; r < step->row_count; r++)
            give_row(lite, t, step, r);
        lite->has_rows = lite->has_rows || node->kind == LOGICAL_SCAN;
    }
}

void test_lite_watermark(TestLite *lite, const TestStep *step)
{
    for (uint32_t t = 0; t < lite->query->tables.count; t++) {
        if (step->table == NULL || str_equal(table_of(lite->query->tables.items[t])->name, step->table->name))
            lite_watermark(lite->db, t, test_time(table_of(lite->query->tables.items[t]), step));
    }
}

/* ---- rows out ---- */

static bool was_seen(TestLite *lite, Str key)
{
    for (uint32_t i = 0; i < lite->seen.count; i++) {
        if (lite->matched[i] || !str_equal(lite->seen.items[i], key))
            continue;
        lite->matched[i] = true;
        return true;
    }
    return false;
}

static void on_row(void *user, const RtDatum *row)
{
    TestLite *lite = user;
    Str key = key_of_values(lite->arena, row, lite->sink->column_count);
    vec_push(lite->arena, &lite->now, key);
    if (!was_seen(lite, key))
        test_rows_add_values(lite->out, lite->arena, lite->sink, row);
}

LiteAnswer test_lite_rows(TestLite *lite, TestRows *out)
{
    if (lite->no_opinion.len > 0)
        return LITE_NO_OPINION;
    lite->matched = ARENA_ARRAY(lite->arena, bool, lite->seen.count + 1);
    lite->out = out;
    lite->now.items = NULL;
    lite->now.count = lite->now.capacity = 0;
    LiteAnswer answer = lite_rows(lite->db, on_row, lite);
    lite->seen.items = lite->now.items;
    lite->seen.count = lite->now.count;
    lite->seen.capacity = lite->now.capacity;
    if (answer != LITE_ANSWERED)
        lite->no_opinion = lite_why(lite->db);
    return answer;
}

bool test_lite_late(TestLite *lite, uint64_t *count)
{
    return lite->query->late_text.len > 0 && lite->no_opinion.len == 0 && lite_late(lite->db, count) == LITE_ANSWERED;
}
