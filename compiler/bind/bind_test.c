/* bind_test.c -- TEST blocks: values by the types of their columns, steps in order.
 *
 * A row without a column list has the columns of the one before it for the same stream or result, and the first one all
 * columns.  A time without a date stands on ON DATE. */
#include "compiler/bind/bind_test_internal.h"

#include "runtime/time/zone.h"

static void fail(TestBinder *t)
{
    t->failed = true;
}

Diag *test_error(TestBinder *t, DiagCode code, Span span, Str message)
{
    fail(t);
    return diag_error(t->binder->diags, code, span, "%.*s", STR_ARG(message));
}

static void refuse_step(TestBinder *t, Span span, const char *what)
{
    refuse(t->binder, span, what);
    fail(t);
}

/* ---- columns ---- */

static TestColumns *last_list(TestBinder *t, const Table *table)
{
    for (uint32_t i = 0; i < t->lists.count; i++) {
        if (t->lists.items[i].table == table)
            return &t->lists.items[i];
    }
    return NULL;
}

static void keep_list(TestBinder *t, TestColumns list)
{
    TestColumns *last = last_list(t, list.table);
    if (last != NULL)
        *last = list;
    else
        vec_push(t->binder->query, &t->lists, list);
}

void test_note_given(TestBinder *t, const Table *table, const TableColumn *column)
{
    for (uint32_t i = 0; i < t->given.count; i++) {
        if (str_equal(t->given.items[i].table, table->name) && str_equal(t->given.items[i].column, column->name))
            return;
    }
    vec_push(t->binder->query, &t->given, ((GivenColumn){ table->name, column->name }));
}

static const Type *unknown_name(TestBinder *t, Span span, Str name, Str owner, const Str *names, uint32_t count)
{
    Str message = str_printf(t->binder->query, "`%.*s` has no column `%.*s`", STR_ARG(owner), STR_ARG(name));
    Diag *d = test_error(t, E0342, span, message);
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_fix(d, span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return NULL;
}

/* actor.id: the column, then fields of its ROW. */
const Type *test_given_type(TestBinder *t, const Table *table, const AstNode *qname)
{
    const AstNode *parts = ast_qname_parts(qname);
    Str first = ast_name_text(ast_at(parts, 0));
    Str *names = ARENA_ARRAY(t->binder->query, Str, table->column_count + 1);
    const Type *type = NULL;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        names[i] = column->name;
        if (!str_equal(column->name, first))
            continue;
        type = column->type;
        if (column->computed != NULL)
            test_note_given(t, table, column);
    }
    if (type == NULL)
        return unknown_name(t, qname->span, first, table->name, names, table->column_count);
    for (uint32_t p = 1; p < ast_count(parts); p++) {
        Str name = ast_name_text(ast_at(parts, p));
        const Type *field = NULL;
        for (uint32_t i = 0; type->kind == TYPE_ROW && i < type->field_count; i++) {
            if (str_equal(type->fields[i].name, name))
                field = type->fields[i].type;
        }
        if (field == NULL)
            return unknown_name(t, ast_at(parts, p)->span, name, first, NULL, 0);
        type = field;
    }
    return type_plain(t->binder->query, type);
}

static const Type *result_column_type(TestBinder *t, const AstNode *qname)
{
    Str name = qname_text(t->binder, qname);
    Str *names = ARENA_ARRAY(t->binder->query, Str, t->result_count + 1);
    for (uint32_t i = 0; i < t->result_count; i++) {
        names[i] = t->result[i].name;
        if (str_equal(names[i], name))
            return type_plain(t->binder->query, t->result[i].type);
    }
    Str owner = t->test->metric.len > 0 ? t->test->metric : STR("the query");
    if (test_column_is_hidden(t, name)) {
        test_error(t, E0843, qname->span,
                   str_printf(t->binder->query, "`%.*s` of `%.*s` is hidden from role `%.*s`", STR_ARG(name),
                              STR_ARG(owner), STR_ARG(t->test->role->name)));
        return NULL;
    }
    return unknown_name(t, qname->span, name, owner, names, t->result_count);
}

static TestColumns written_list(TestBinder *t, const Table *table, const AstNode *names)
{
    uint32_t count = ast_count(names), at = 0;
    TestColumns list = { .table = table,
                         .names = ARENA_ARRAY(t->binder->query, Str, count),
                         .types = ARENA_ARRAY(t->binder->query, const Type *, count) };
    AST_EACH(name, names) {
        const Type *type = table == NULL ? result_column_type(t, name) : test_given_type(t, table, name);
        if (type == NULL)
            continue;
        list.names[at] = qname_text(t->binder, name);
        for (uint32_t i = 0; i < at; i++) {
            if (str_equal(list.names[i], list.names[at]))
                test_error(t, E0342, name->span,
                           str_printf(t->binder->query, "column `%.*s` is named twice", STR_ARG(list.names[i])));
        }
        list.types[at++] = type;
    }
    list.count = at;
    return list;
}

static TestColumns all_columns(TestBinder *t, const Table *table)
{
    uint32_t count = table == NULL ? t->result_count : table->column_count;
    TestColumns list = { .table = table,
                         .names = ARENA_ARRAY(t->binder->query, Str, count + 1),
                         .types = ARENA_ARRAY(t->binder->query, const Type *, count + 1) };
    for (uint32_t i = 0; i < count; i++) {
        if (table != NULL && table->columns[i].computed != NULL)
            continue;
        list.names[list.count] = table == NULL ? t->result[i].name : table->columns[i].name;
        list.types[list.count++] =
            type_plain(t->binder->query, table == NULL ? t->result[i].type : table->columns[i].type);
    }
    return list;
}

static TestColumns column_list(TestBinder *t, const Table *table, const AstNode *names)
{
    TestColumns *last = last_list(t, table);
    TestColumns list = ast_count(names) > 0 ? written_list(t, table, names)
                       : last != NULL       ? *last
                                            : all_columns(t, table);
    keep_list(t, list);
    return list;
}

/* ---- rows ---- */

static void bind_rows(TestBinder *t, TestStep *step, const AstNode *rows, const TestColumns *list)
{
    Arena *query = t->binder->query;
    uint32_t count = ast_count(rows), at = 0;
    step->columns = list->names;
    step->types = list->types;
    step->column_count = list->count;
    step->values = ARENA_ARRAY(query, TestValue, (size_t)count * list->count + 1);
    step->row_spans = ARENA_ARRAY(query, Span, count + 1);
    AST_EACH(row, rows) {
        uint32_t width = ast_count(ast_row_items(row));
        if (width != list->count) {
            if (!t->failed)
                test_error(t, E0341, row->span,
                           str_printf(query, "the row has %u value%s for %u column%s", width, plural(width),
                                      list->count, plural(list->count)));
            return;
        }
        step->row_spans[step->row_count++] = row->span;
        for (uint32_t i = 0; i < width; i++, at++) {
            if (!test_value(t->binder, &t->clock, ast_at(ast_row_items(row), i), list->types[i], &step->values[at]))
                fail(t);
        }
    }
}

static const Table *find_stream(TestBinder *t, const AstNode *qname)
{
    const CatalogEntry *entry = find_entry(t->binder, qname);
    if (entry == NULL) {
        fail(t);
        return NULL;
    }
    if (entry->kind == CATALOG_TABLE)
        return entry->as.table;
    test_error(t, E0209, qname->span, str_printf(t->binder->query, "`%.*s` is no stream", STR_ARG(entry->name)));
    return NULL;
}

static bool small_number(const AstNode *ast, uint64_t *value)
{
    *value = 0;
    if (ast == NULL)
        return true;
    Str text = ast_integer_text(ast);
    for (uint64_t i = 0; i < text.len; i++)
        *value = *value * 10 + (uint64_t)(text.data[i] - '0');
    return text.len <= 9;
}

/* Of a test whose rows say where they go. */
static void bind_partition(TestBinder *t, TestStep *step, const AstNode *ast)
{
    if (ast == NULL)
        return;
    uint64_t partition = 0;
    if (!small_number(ast, &partition) || partition >= TEST_PARTITIONS_MAX)
        test_error(t, E0343, ast->span,
                   str_printf(t->binder->query, "partitions are numbered from 0 to %d", TEST_PARTITIONS_MAX - 1));
    step->partition = (uint32_t)partition;
    if (partition + 1 > t->test->partition_count)
        t->test->partition_count = (uint32_t)partition + 1;
}

static void bind_given(TestBinder *t, const AstNode *ast)
{
    TestStep step = { .kind = STEP_GIVEN, .span = ast->span };
    bind_partition(t, &step, ast_given_partition(ast));
    step.table = find_stream(t, ast_given_stream(ast));
    if (step.table == NULL)
        return;
    if (ast_given_generate(ast) != NULL) {
        test_generate(t, &step, ast);
    } else if (ast_given_file(ast) != NULL) {
        TestColumns list = all_columns(t, step.table);
        step.columns = list.names;
        step.types = list.types;
        step.column_count = list.count;
        step.file = ast_string_text(ast_given_file(ast));
        step.file_span = ast_given_file(ast)->span;
    } else {
        TestColumns list = column_list(t, step.table, ast_given_columns(ast));
        bind_rows(t, &step, ast_given_rows(ast), &list);
    }
    vec_push(t->binder->query, &t->steps, step);
}

static void bind_watermark_step(TestBinder *t, const AstNode *ast)
{
    TestStep step = { .kind = STEP_WATERMARK, .span = ast->span };
    TestValue value;
    const AstNode *stream = ast_test_watermark_stream(ast);
    if (stream != NULL)
        step.table = find_stream(t, stream);
    const AstNode *time = ast_test_watermark_time(ast);
    if (!test_value(t->binder, &t->clock, time, type_simple(TYPE_TIMESTAMP, true), &value)) {
        fail(t);
        return;
    }
    step.time_us = step.instant_us = value.datum.value.i64;
    if (t->clock.zone != NULL)
        step.instant_us = zone_utc_us(t->clock.zone, step.time_us);
    vec_push(t->binder->query, &t->steps, step);
}

/* A partition, or all of a stream, is silent until its next row. */
static void bind_idle(TestBinder *t, const AstNode *ast)
{
    TestStep step = { .kind = STEP_IDLE, .span = ast->span };
    const AstNode *partition = ast_test_idle_partition(ast);
    step.table = find_stream(t, ast_test_idle_stream(ast));
    step.is_of_partition = partition != NULL;
    if (partition != NULL)
        bind_partition(t, &step, partition);
    if (step.table != NULL && step.table->rowtime_column < 0)
        test_error(t, E0343, ast->span,
                   str_printf(t->binder->query, "`%.*s` has no event time that waits for anything",
                              STR_ARG(step.table->name)));
    t->test->has_idle = true;
    vec_push(t->binder->query, &t->steps, step);
}

static void bind_expect_rows(TestBinder *t, const AstNode *ast)
{
    TestStep step = { .kind = STEP_EXPECT_ROWS, .span = ast->span };
    step.is_update = ast_expect_rows_mode(ast) == AST_EXPECTS_UPDATE;
    step.is_delete = ast_expect_rows_mode(ast) == AST_EXPECTS_DELETE;
    step.is_partial = ast_expect_rows_mode(ast) == AST_EXPECTS_PARTIAL;
    const AstNode *tolerance = ast_expect_rows_tolerance(ast);
    TestValue value;
    if (tolerance != NULL && test_value(t->binder, &t->clock, tolerance, type_simple(TYPE_DOUBLE, true), &value))
        step.tolerance = value.datum.value.f64;
    if (step.tolerance < 0)
        test_error(t, E0343, tolerance->span, STR("a TOLERANCE is not negative"));
    TestColumns list = column_list(t, NULL, ast_expect_rows_columns(ast));
    bind_rows(t, &step, ast_expect_rows_rows(ast), &list);
    vec_push(t->binder->query, &t->steps, step);
}

static void bind_expect_number(TestBinder *t, const AstNode *ast, TestStepKind kind, const AstNode *number)
{
    TestStep step = { .kind = kind, .span = ast->span };
    if (!small_number(number, &step.row_number))
        test_error(t, E0340, ast->span, STR("the number of rows is too large"));
    vec_push(t->binder->query, &t->steps, step);
}

static void bind_expect_error(TestBinder *t, const AstNode *ast)
{
    DiagCode code;
    uint64_t line = 0, column = 0;
    Str name = ast_name_text(ast_expect_error_code(ast));
    if (!diag_code_find(name, &code))
        test_error(t, E0343, ast->span, str_printf(t->binder->query, "no error has the code `%.*s`", STR_ARG(name)));
    if (!small_number(ast_expect_error_line(ast), &line) || !small_number(ast_expect_error_column(ast), &column))
        test_error(t, E0343, ast->span, STR("line and column are too large"));
    t->test->expects_error = true;
    t->test->error_code = name;
    t->test->error_line = (uint32_t)line;
    t->test->error_column = (uint32_t)column;
}

/* The text is compared with the rows that came; `sqc test --update` writes it. */
static void bind_snapshot(TestBinder *t, const AstNode *ast)
{
    const AstNode *text = ast_expect_snapshot_text(ast);
    TestStep step = { .kind = STEP_EXPECT_SNAPSHOT, .span = ast->span };
    step.snapshot_span = text != NULL ? text->span : (Span){ ast->span.file, ast->span.end, ast->span.end };
    if (text != NULL)
        step.snapshot = ast_string_text(text);
    step.has_snapshot = text != NULL;
    TestColumns all = all_columns(t, NULL);
    step.columns = all.names;
    step.types = all.types;
    step.column_count = all.count;
    vec_push(t->binder->query, &t->steps, step);
}

static void bind_step(TestBinder *t, const AstNode *ast)
{
    switch (ast->kind) {
    case AST_GIVEN:
        bind_given(t, ast);
        break;
    case AST_TEST_WATERMARK:
        bind_watermark_step(t, ast);
        break;
    case AST_EXPECT_ROWS:
        bind_expect_rows(t, ast);
        break;
    case AST_EXPECT_NOTHING:
        vec_push(t->binder->query, &t->steps, ((TestStep){ .kind = STEP_EXPECT_NOTHING, .span = ast->span }));
        break;
    case AST_EXPECT_LATE:
        bind_expect_number(t, ast, STEP_EXPECT_LATE, ast_expect_late_count(ast));
        break;
    case AST_EXPECT_DUPLICATES:
        bind_expect_number(t, ast, STEP_EXPECT_DUPLICATES, ast_expect_duplicates_count(ast));
        break;
    case AST_EXPECT_ERROR:
    case AST_TEST_QUERY:
        break;
    case AST_TEST_RESTART:
        vec_push(t->binder->query, &t->steps, ((TestStep){ .kind = STEP_RESTART, .span = ast->span }));
        break;
    case AST_EXPECT_SNAPSHOT:
        bind_snapshot(t, ast);
        break;
    case AST_TEST_IDLE:
        bind_idle(t, ast);
        break;
    case AST_EXPECT_ALERT:
        refuse_step(t, ast->span, "EXPECT ALERT");
        break;
    case AST_EXPECT_HIDDEN:
        test_bind_hidden(t, ast);
        break;
    case AST_EXPECT_PANEL:
        refuse_step(t, ast->span, "EXPECT PANEL");
        break;
    default:
        refuse_step(t, ast->span, "this step");
        break;
    }
}

/* ---- what is tested ---- */

static const LogicalNode *find_sink(const LogicalProgram *logical, Str name)
{
    for (uint32_t i = 0; i < logical->sink_count; i++) {
        const LogicalNode *sink = logical->sinks[i];
        if (!sink->as.sink.is_insert && str_equal(sink->as.sink.name, name))
            return sink;
    }
    return NULL;
}

static const AstNode *find_step(const AstNode *ast, AstKind kind)
{
    AST_EACH(step, ast_test_steps(ast)) {
        if (step->kind == kind)
            return step;
    }
    return NULL;
}

static void take_result(TestBinder *t, const LogicalNode *sink)
{
    if (sink == NULL) {
        fail(t);
        return;
    }
    t->result = sink->columns;
    t->result_count = sink->column_count;
}

static void take_metric(TestBinder *t, const CatalogEntry *entry)
{
    uint32_t id = entry->as.metric->id;
    t->model = id < t->program->metric_count ? t->program->metrics[id] : NULL;
    take_result(t, find_sink(&t->program->logical, t->test->metric));
}

static void take_derived(TestBinder *t, const CatalogEntry *entry, Span span)
{
    uint32_t errors = t->binder->diags->error_count;
    MetricUse use = { .metric = entry->name, .span = span };
    LogicalProgram logical = bind_metric_rows(t->binder->query, t->program, &use, t->binder->diags);
    t->model = t->program->metrics[entry->as.metric->id];
    if (logical.sink_count == 0 || t->binder->diags->error_count > errors)
        fail(t);
    else
        take_result(t, logical.sinks[0]);
}

static void bind_subject(TestBinder *t, const AstNode *ast)
{
    const AstNode *subject = ast_test_subject(ast), *query = find_step(ast, AST_TEST_QUERY);
    if (query != NULL && find_step(ast, AST_EXPECT_ERROR) != NULL)
        return;
    if (query != NULL) {
        LogicalProgram logical =
            bind_query(t->binder->query, t->program, ast_test_query_query(query), t->binder->diags);
        take_result(t, logical.sink_count == 0 ? NULL : logical.sinks[0]);
        return;
    }
    if (subject == NULL) {
        test_error(t, E0343, ast->span, STR("the test says neither FOR a metric nor QUERY"));
        return;
    }
    t->test->metric = qname_text(t->binder, subject);
    const CatalogEntry *entry = find_entry(t->binder, subject);
    if (entry == NULL)
        fail(t);
    else if (entry->kind != CATALOG_METRIC)
        test_error(t, E0209, subject->span, str_printf(t->binder->query, "`%.*s` is no metric", STR_ARG(entry->name)));
    else if (ast_metric_query(entry->as.metric->statement) == NULL)
        take_derived(t, entry, subject->span);
    else
        take_metric(t, entry);
}

static void bind_clock(TestBinder *t, const AstNode *ast)
{
    const AstNode *date = ast_test_date(ast), *zone = ast_test_zone(ast);
    t->clock.date = date == NULL ? STR("2026-01-05") : ast_string_text(date);
    TestValue value;
    if (date != NULL && !test_value(t->binder, &t->clock, date, type_simple(TYPE_DATE, true), &value))
        fail(t);
    RtError error;
    if (zone == NULL)
        return;
    t->clock.zone = zone_open(t->binder->query, ast_string_text(zone), &error);
    if (t->clock.zone == NULL)
        test_error(t, E0343, zone->span, str_printf(t->binder->query, "%s", error.text));
}

BoundTest *bind_test(Arena *query, const BoundProgram *program, const AstNode *ast, Diags *diags)
{
    Binder binder = { .query = query,
                      .diags = diags,
                      .catalog = program->catalog,
                      .entries = program->entries,
                      .entry_count = catalog_count(program->catalog) };
    BoundTest *test = ARENA_NEW(query, BoundTest);
    TestBinder t = { .binder = &binder, .program = program, .test = test };
    test->name = ast_name_text(ast_test_name(ast));
    test->span = ast_test_name(ast)->span;
    test->statement = ast;
    bind_clock(&t, ast);
    bind_subject(&t, ast);
    test_bind_role(&t, ast_test_role(ast));
    const AstNode *error = find_step(ast, AST_EXPECT_ERROR);
    if (error != NULL)
        bind_expect_error(&t, error);
    if (error != NULL && find_step(ast, AST_TEST_QUERY) == NULL)
        test_error(&t, E0343, error->span, STR("EXPECT ERROR needs a QUERY before it"));
    AST_EACH(step, ast_test_steps(ast)) {
        if (t.result != NULL || error != NULL)
            bind_step(&t, step);
    }
    if (!t.failed && error == NULL)
        test_check_steps(&t);
    test->steps = t.steps.items;
    test->step_count = t.steps.count;
    test->given = t.given.items;
    test->given_count = t.given.count;
    return t.failed ? NULL : test;
}
