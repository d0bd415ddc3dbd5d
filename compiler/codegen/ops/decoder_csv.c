/* decoder_csv.c -- straight-line code for the fields of a CSV line, in their order.
 *
 *   at -> 1405,view,"a, b",,2024-01-01 10:00:00\n
 *         \--/ \--/ \----/   \-----------------/
 *         field: null literal?  quoted?  find the delimiter (the last field: the newline); the text is a view, a number
 *         by its digits, or goes to rt_csv_column
 *
 * Fields that no column wants are run over together.  What is not as simple (escapes, doubled quotes, text behind a
 * closing quote, another number of fields, a bad column, wrong UTF-8, comments, empty lines) is the exact decoder's. */
#include "compiler/codegen/ops/decoder_csv.h"

#include "compiler/codegen/ops/decoder_lines.h"
#include "runtime/conn/connector.h"
#include "runtime/format/csv_fast.h"

enum {
    LITERAL_BYTES_MAX = 60, /* a comparison reads at most the padding behind a block */
    COLUMNS_MAX = 256,      /* beyond that the code takes longer to compile than it saves */
    FIELD_BYTES_GUESS = 12,
};

typedef struct CsvPlan {
    const DecodeSchema *schema;
    const DecodeNode **nodes; /* by field of the line; NULL: no column wants it */
    uint32_t field_count;
    bool *present; /* by column */
    unsigned char delimiter;
    uint32_t quote, escape; /* or CSV_NO_QUOTE, CSV_NO_ESCAPE */
} CsvPlan;

/* ---- planning ---- */

/* A character that cannot be part of a number or of a line end. */
static bool is_mark(Str text)
{
    if (text.len != 1)
        return false;
    unsigned char c = (unsigned char)text.data[0];
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c < 0x80 && !is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '\r' && c != '\n';
}

/* Text that no field can be but by standing there as it is. */
static bool is_plain(const CsvPlan *plan, Str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == plan->delimiter || c == plan->quote || c == plan->escape || c == '\r' || c == '\n')
            return false;
    }
    return text.len <= LITERAL_BYTES_MAX;
}

static bool read_marks(CsvPlan *plan)
{
    const CsvOptions *csv = &plan->schema->csv;
    Str delimiter = csv->field_delimiter.len > 0 ? csv->field_delimiter : STR(",");
    Str quote = csv->quote.len > 0 ? csv->quote : STR("\"");
    if (!is_mark(delimiter) || (!csv->disable_quote && !is_mark(quote)))
        return false;
    if (csv->escape.len > 0 && !is_mark(csv->escape))
        return false;
    plan->delimiter = (unsigned char)delimiter.data[0];
    plan->quote = csv->disable_quote ? CSV_NO_QUOTE : (unsigned char)quote.data[0];
    plan->escape = csv->escape.len > 0 ? (unsigned char)csv->escape.data[0] : CSV_NO_ESCAPE;
    return plan->quote != plan->delimiter && plan->escape != plan->delimiter && plan->escape != plan->quote &&
           (!csv->has_null_literal || is_plain(plan, csv->null_literal));
}

static bool plan_fields(Arena *arena, const PhysNode *scan, CsvPlan *plan)
{
    const DecodeSchema *schema = scan->as.scan.decode;
    *plan = (CsvPlan){ .schema = schema, .field_count = schema->line_field_count };
    if (!read_marks(plan) || schema->line_field_count == 0 || schema->field_count > COLUMNS_MAX)
        return false;
    plan->nodes = ARENA_ARRAY(arena, const DecodeNode *, schema->line_field_count);
    plan->present = ARENA_ARRAY(arena, bool, scan->column_count + 1);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const DecodeNode *node = &schema->fields[i];
        if (node->child_count > 0 || node->position >= plan->field_count || plan->nodes[node->position] != NULL)
            return false; /* members of a ROW are columns: rare */
        if (node->column == DECODE_NO_COLUMN)
            continue;
        plan->nodes[node->position] = node;
        plan->present[node->column] = true;
    }
    return true;
}

static bool is_csv(const PhysNode *scan)
{
    const TableOptions *checked = scan->as.scan.table->checked;
    return checked != NULL && checked->format != NULL && format_id(checked->format) == FORMAT_CSV;
}

bool cg_csv_decoder_fits(const PhysNode *scan)
{
    if (!is_csv(scan))
        return false;
    Arena arena;
    arena_init(&arena);
    CsvPlan plan;
    bool fits = plan_fields(&arena, scan, &plan);
    arena_free(&arena);
    return fits;
}

/* ---- generating ---- */

/* The field at hand. */
typedef struct Field {
    const CsvPlan *plan;
    const DecodeNode *node; /* NULL: no column wants it */
    bool is_last;
} Field;

typedef struct FieldEnd {
    CgVal here; /* whether the field ends there */
    CgVal next; /* then: where reading goes on */
} FieldEnd;

/* Does the field end at `at`: with its delimiter, the last one with the line, carriage return or not? */
static FieldEnd end_at(LineDecoder *d, const Field *field, CgVal at)
{
    CgFn *f = d->c->f;
    if (!field->is_last)
        return (FieldEnd){ line_byte_is(d, at, (char)field->plan->delimiter), cg_ptr_offset(f, at, 1) };
    CgVal newline = cg_ptr_add(f, at, cg_zext(f, line_byte_is(d, at, '\r'), CG_I64));
    return (FieldEnd){ line_byte_is(d, newline, '\n'), cg_ptr_offset(f, newline, 1) };
}

static bool is_text(const DecodeNode *node)
{
    return node->type->id == FT_VARCHAR || node->type->id == FT_CHAR;
}

static bool is_integer(const DecodeNode *node)
{
    FieldTypeId id = node->type->id;
    return id == FT_TINYINT || id == FT_SMALLINT || id == FT_INT || id == FT_BIGINT;
}

/* The text of the field into its column; `judge`: it may be the null literal. */
static void take_text(LineDecoder *d, const Field *field, CgVal first, CgVal behind, CgVal next, bool judge)
{
    CgFn *f = d->c->f;
    CgVal len = cg_ptr_diff(f, behind, first);
    if (field->node == NULL) {
        line_pass(d, next);
    } else if (is_text(field->node) && !judge) {
        line_set_column(d, (uint32_t)field->node->column, (CgSql){ .kind = PK_STR, .value = first, .extra = len });
        line_pass(d, next);
    } else {
        CgVal args[] = { d->c->task, d->c->batch, d->row, cg_i32(f, field->node->column), first, len };
        CG_IF(f, cg_call(f, "rt_csv_column", CG_I1, args, 6), "csv.converted") {
            line_pass(d, next);
        }
    }
}

/* `seldom`: a call does, the code is smaller and sooner compiled. */
static CgVal find(LineDecoder *d, const Field *field, CgVal from, uint32_t mark, bool seldom)
{
    CgFn *f = d->c->f;
    CgVal args[] = { from, cg_i32(f, (int32_t)mark), cg_i32(f, (int32_t)field->plan->escape) };
    return cg_call(f, seldom ? "rt_csv_find_called" : "rt_csv_find", CG_PTR, args, 3);
}

static void plain_text(LineDecoder *d, const Field *field, CgVal at)
{
    CgFn *f = d->c->f;
    bool is_number = field->node != NULL && is_integer(field->node); /* one that is more than digits */
    CgVal stop = find(d, field, at, field->plan->delimiter, is_number);
    CG_IF(f, line_is_here(d, stop), "csv.stop") {
        CG_IF(f, line_byte_is(d, stop, field->is_last ? '\n' : (char)field->plan->delimiter), "csv.plain") {
            CgVal behind = stop;
            if (field->is_last) { /* the byte before is of this line: of the field, or the delimiter before it */
                CgVal before = cg_ptr_add(f, stop, cg_i64(f, -1));
                behind = cg_select(f, line_byte_is(d, before, '\r'), before, stop);
            }
            take_text(d, field, at, behind, cg_ptr_offset(f, stop, 1), false);
        }
    }
}

static void quoted_text(LineDecoder *d, const Field *field, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal first = cg_ptr_offset(f, at, 1);
    CgVal stop = find(d, field, first, field->plan->quote, true);
    CG_IF(f, line_is_here(d, stop), "csv.closing") {
        CG_IF(f, line_byte_is(d, stop, (char)field->plan->quote), "csv.closed") {
            FieldEnd end = end_at(d, field, cg_ptr_offset(f, stop, 1));
            CG_IF(f, end.here, "csv.quoted") {
                take_text(d, field, first, stop, end.next, field->plan->schema->csv.has_null_literal);
            }
        }
    }
}

static void text_step(LineDecoder *d, const Field *field, CgVal at)
{
    if (field->plan->quote == CSV_NO_QUOTE) {
        plain_text(d, field, at);
        return;
    }
    CgFn *f = d->c->f;
    CgScope scope = cg_if_open(f, line_byte_is(d, at, (char)field->plan->quote), "csv.quote");
    quoted_text(d, field, at);
    cg_if_else(f, &scope);
    plain_text(d, field, at);
    cg_if_close(f, &scope);
}

/* Digits and the end of the field behind them; everything else is looked at as text. */
static void integer_step(LineDecoder *d, const Field *field, CgVal at)
{
    CgFn *f = d->c->f;
    RtKind kind = field_kind(field->node->type);
    CgKind machine = cg_kind_of(kind);
    CgVal slot = cg_stack(f, 8);
    CgVal args[] = { at, slot };
    CgVal behind = cg_call(f, "rt_csv_integer", CG_PTR, args, 2);
    CG_IF(f, line_is_here(d, behind), "csv.integer") {
        FieldEnd end = end_at(d, field, behind);
        CgVal number = cg_load(f, CG_I64, slot, 0);
        CgVal narrow = machine == CG_I64 ? number : cg_trunc(f, number, machine);
        CgVal fits = machine == CG_I64 ? cg_i1(f, true) : cg_cmp(f, CG_EQ, cg_sext(f, narrow, CG_I64), number);
        CG_IF(f, cg_and(f, end.here, fits), "csv.in_range") {
            line_set_column(d, (uint32_t)field->node->column, cg_sql(d->c, kind, narrow));
            line_pass(d, end.next);
        }
    }
    CG_IF(f, cg_unlikely(f, cg_not(f, cg_get(f, d->ok))), "csv.other_number") {
        text_step(d, field, at);
    }
}

static void value_step(LineDecoder *d, const Field *field, CgVal at)
{
    if (field->node != NULL && is_integer(field->node))
        integer_step(d, field, at);
    else
        text_step(d, field, at);
}

static void field_step(LineDecoder *d, const Field *field)
{
    CgFn *f = d->c->f;
    const CsvOptions *csv = &field->plan->schema->csv;
    CG_IF(f, cg_get(f, d->ok), "csv.field") {
        CgVal at = cg_get(f, d->at);
        cg_set(f, d->ok, cg_i1(f, false));
        if (field->node != NULL && csv->has_null_literal) {
            Str literal = csv->null_literal;
            FieldEnd end = end_at(d, field, cg_ptr_offset(f, at, literal.len));
            CgVal is_null = literal.len == 0 ? end.here : cg_and(f, line_text_is(d, at, literal), end.here);
            CgScope scope = cg_if_open(f, is_null, "csv.null");
            line_set_null(d, (uint32_t)field->node->column);
            line_pass(d, end.next);
            cg_if_else(f, &scope);
            value_step(d, field, at);
            cg_if_close(f, &scope);
        } else {
            value_step(d, field, at);
        }
    }
}

static void skip_step(LineDecoder *d, const CsvPlan *plan, uint32_t count)
{
    CgFn *f = d->c->f;
    CG_IF(f, cg_get(f, d->ok), "csv.skip") {
        CgVal args[] = { cg_get(f, d->at), cg_i32(f, (int32_t)count), cg_i32(f, plan->delimiter),
                         cg_i32(f, (int32_t)plan->quote), cg_i32(f, (int32_t)plan->escape) };
        cg_set(f, d->ok, cg_i1(f, false));
        CgVal next = cg_call(f, "rt_csv_skip", CG_PTR, args, 5);
        CG_IF(f, line_is_here(d, next), "csv.skipped") {
            line_pass(d, next);
        }
    }
}

/* A comment is no row; nor is an empty line, which would else be one empty field. */
static void judge_start(LineDecoder *d, const CsvPlan *plan)
{
    CgFn *f = d->c->f;
    CgVal at = cg_get(f, d->at);
    if (plan->schema->csv.allow_comments)
        cg_set(f, d->ok, cg_not(f, line_byte_is(d, at, '#')));
    if (plan->field_count == 1) {
        Field only = { .plan = plan, .is_last = true };
        cg_set(f, d->ok, cg_and(f, cg_get(f, d->ok), cg_not(f, end_at(d, &only, at).here)));
    }
}

static void emit_fields(LineDecoder *d, const void *context)
{
    const CsvPlan *plan = context;
    uint32_t last = plan->field_count - 1;
    judge_start(d, plan);
    for (uint32_t i = 0; i <= last;) {
        uint32_t run = i;
        while (run < last && plan->nodes[run] == NULL)
            run++;
        if (run > i) {
            skip_step(d, plan, run - i);
            i = run;
            continue;
        }
        field_step(d, &(Field){ .plan = plan, .node = plan->nodes[i], .is_last = i == last });
        i++;
    }
}

void cg_csv_decoder(CgProgram *program, const PhysNode *scan, const char *name)
{
    CsvPlan plan;
    (void)plan_fields(program->arena, scan, &plan);
    LineSteps lines = { emit_fields, &plan, plan.present, plan.field_count * FIELD_BYTES_GUESS };
    line_decoder(program, scan, &lines, name);
}
