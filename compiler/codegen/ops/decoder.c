/* decoder.c -- straight-line code for one line shape.
 *
 * The shape's fields become steps: compare the text that must stand before the value (closing braces, comma, key, colon)
 * with wide loads, then read or skip the value.  `ok` is a local that every step tests and clears before it tries, which
 * the passes turn into plain jumps to the one way out:
 *
 *     at -> {"ad_id": "..." , "event_type": "view", ...}\n
 *           \--- text -/\-value-/\---- text ----/              all steps passed: next row; else rt_decode_line
 */
#include "compiler/codegen/ops/decoder.h"

#include "compiler/codegen/data/cg_row.h"

#include <stddef.h>

enum {
    TEXT_BYTES_MAX = 60,      /* a comparison reads at most the padding behind a block */
    PREFETCH_AHEAD = 1536,    /* a line is read with few loads in flight: the hardware alone does not keep ahead */
    PREFETCH_LINES_MAX = 16,
    CACHE_LINE = 64,
};

typedef struct Step {
    Str text;                 /* before the value */
    const JsonShapeField *field; /* NULL: the end of the line */
    const DecodeNode *node;   /* NULL: skipped */
} Step;

typedef struct Steps {
    Arena *arena;
    Step *items;
    uint32_t count;
    bool fits;
    bool *present; /* by column: set by a step */
    uint32_t line_bytes; /* of the sample, roughly */
} Steps;

/* ---- planning ---- */

static const DecodeNode *child_of(const DecodeNode *nodes, uint32_t count, Str name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (str_equal(nodes[i].name, name))
            return &nodes[i];
    }
    return NULL;
}

static Str repeated(Arena *arena, const char *text, uint32_t count)
{
    Str all = STR_EMPTY;
    for (uint32_t i = 0; i < count; i++)
        all = str_printf(arena, "%.*s%s", STR_ARG(all), text);
    return all;
}

static bool is_repeated(const JsonShape *shape, uint32_t from, uint32_t at)
{
    for (uint32_t i = from; i < at; i = shape->fields[i].skip) {
        if (str_equal(shape->fields[i].key, shape->fields[at].key))
            return true;
    }
    return false;
}

/* One object of the sample: its fields [from, to), and what the schema wants of them. */
typedef struct ShapeObject {
    uint32_t from, to;
    const DecodeNode *nodes;
    uint32_t node_count;
} ShapeObject;

/* `open` is the text before the object's first key.  The answer is the text that stands between the last value and the
 * object's own closing brace: the braces of objects that end there too. */
static Str plan_object(Steps *steps, const JsonShape *shape, ShapeObject object, Str open)
{
    Arena *arena = steps->arena;
    Str comma = str_printf(arena, ",%.*s", STR_ARG(repeated(arena, " ", shape->spaces_after_comma)));
    Str colon = str_printf(arena, "\":%.*s", STR_ARG(repeated(arena, " ", shape->spaces_after_colon)));
    Str tail = STR_EMPTY;
    for (uint32_t i = object.from; i < object.to; i = shape->fields[i].skip) {
        const JsonShapeField *field = &shape->fields[i];
        const DecodeNode *node = child_of(object.nodes, object.node_count, field->key);
        Str lead = i == object.from ? open : str_printf(arena, "%.*s%.*s", STR_ARG(tail), STR_ARG(comma));
        Str text = str_printf(arena, "%.*s\"%.*s%.*s", STR_ARG(lead), STR_ARG(field->key), STR_ARG(colon));
        steps->fits = steps->fits && !field->key_escaped && !is_repeated(shape, object.from, i);
        bool descends = node != NULL && node->child_count > 0;
        if (descends && (node->column != DECODE_NO_COLUMN || field->kind != JSON_SHAPE_OBJECT)) {
            steps->fits = false; /* the ROW is read whole as well, or is no object here */
        } else if (descends) {
            Str inside = str_printf(arena, "%.*s{", STR_ARG(text));
            ShapeObject inner = { i + 1, field->skip, node->children, node->child_count };
            tail = inner.from == inner.to ? inside : plan_object(steps, shape, inner, inside);
            tail = str_printf(arena, "%.*s}", STR_ARG(tail));
        } else {
            steps->items[steps->count++] = (Step){ .text = text, .field = field, .node = node };
            steps->line_bytes += (uint32_t)text.len + field->value_len;
            if (node != NULL && node->column != DECODE_NO_COLUMN)
                steps->present[node->column] = true;
            tail = STR_EMPTY;
        }
    }
    return tail;
}

static bool counts_missing(const DecodeNode *nodes, uint32_t count, const bool *present)
{
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i].column != DECODE_NO_COLUMN && !present[nodes[i].column])
            return true;
        if (counts_missing(nodes[i].children, nodes[i].child_count, present))
            return true;
    }
    return false;
}

static Steps plan_steps(Arena *arena, const PhysNode *scan, const JsonShape *shape)
{
    const DecodeSchema *schema = scan->as.scan.decode;
    Steps steps = { .arena = arena, .fits = shape->uniform && shape->field_count > 0 };
    steps.items = ARENA_ARRAY(arena, Step, shape->field_count + 2);
    steps.present = ARENA_ARRAY(arena, bool, scan->column_count + 1);
    if (!steps.fits)
        return steps;
    ShapeObject line = { 0, shape->field_count, schema->fields, schema->field_count };
    Str tail = plan_object(&steps, shape, line, STR("{"));
    steps.items[steps.count++] = (Step){ .text = str_printf(arena, "%.*s}", STR_ARG(tail)) };
    for (uint32_t i = 0; i < steps.count; i++)
        steps.fits = steps.fits && steps.items[i].text.len <= TEXT_BYTES_MAX;
    if (schema->json.fail_on_missing_field && counts_missing(schema->fields, schema->field_count, steps.present))
        steps.fits = false;
    return steps;
}

bool cg_decoder_fits(const PhysNode *scan, const JsonShape *shape)
{
    Arena arena;
    arena_init(&arena);
    bool fits = plan_steps(&arena, scan, shape).fits;
    arena_free(&arena);
    return fits;
}

/* ---- generating ---- */

typedef struct Decoder {
    CgCode *c;
    const PhysNode *scan;
    CgLocal at; /* in the line */
    CgLocal ok;
    CgVal row;
} Decoder;

static CgVal text_is(Decoder *d, CgVal at, Str text)
{
    CgVal args[] = { at, cg_bytes(d->c->f, text), cg_i64(d->c->f, (int64_t)text.len) };
    return cg_cmp(d->c->f, CG_EQ, cg_call(d->c->f, "memcmp", CG_I32, args, 3), cg_i32(d->c->f, 0));
}

static CgVal byte_is(Decoder *d, CgVal at, char byte)
{
    return cg_cmp(d->c->f, CG_EQ, cg_load(d->c->f, CG_I8, at, 0), cg_int(d->c->f, CG_I8, byte));
}

/* The step has passed; reading goes on at `next`. */
static void pass(Decoder *d, CgVal next)
{
    cg_set(d->c->f, d->at, next);
    cg_set(d->c->f, d->ok, cg_i1(d->c->f, true));
}

/* Passes unless `next` is the null pointer. */
static CgVal is_here(Decoder *d, CgVal next)
{
    return cg_cmp(d->c->f, CG_NE, next, cg_null_ptr(d->c->f));
}

static void set_column(Decoder *d, uint32_t column, CgSql value)
{
    cg_sql_store(d->c, d->row, d->scan->as.scan.layout.offsets[column], value);
}

/* The string between `first` and its closing quote. */
static void take_string(Decoder *d, const Step *step, CgVal first, CgVal length)
{
    CgFn *f = d->c->f;
    if (step->node != NULL)
        set_column(d, (uint32_t)step->node->column, (CgSql){ .kind = PK_STR, .value = first, .extra = length });
    pass(d, cg_ptr_offset(f, cg_ptr_add(f, first, length), 1));
}

static void search_string(Decoder *d, const Step *step, CgVal first)
{
    CgFn *f = d->c->f;
    CgVal quote = cg_call(f, "rt_json_string", CG_PTR, &first, 1);
    CG_IF(f, is_here(d, quote), "json.quote") {
        take_string(d, step, first, cg_ptr_diff(f, quote, first));
    }
}

/* Where the sample's strings all have one length, the next field's place is known before this one is read. */
static void string_step(Decoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal first = cg_ptr_offset(f, at, 1);
    CG_IF(f, byte_is(d, at, '"'), "json.string") {
        if (step->field->fixed_len && step->field->value_len >= 2) {
            CgVal length = cg_i64(f, step->field->value_len - 2);
            CgVal args[] = { first, length };
            CgScope scope = cg_if_open(f, cg_call(f, "rt_json_string_fits", CG_I1, args, 2), "json.fits");
            take_string(d, step, first, length);
            cg_if_else(f, &scope);
            search_string(d, step, first);
            cg_if_close(f, &scope);
        } else {
            search_string(d, step, first);
        }
    }
}

static void take_integer(Decoder *d, const Step *step, CgVal number, CgVal next)
{
    CgFn *f = d->c->f;
    RtKind kind = field_kind(step->node->type);
    CgKind machine = cg_kind_of(kind);
    CgVal narrow = machine == CG_I64 ? number : cg_trunc(f, number, machine);
    CgVal fits = machine == CG_I64 ? cg_i1(f, true) : cg_cmp(f, CG_EQ, cg_sext(f, narrow, CG_I64), number);
    CG_IF(f, fits, "json.in_range") {
        set_column(d, (uint32_t)step->node->column, cg_sql(d->c, kind, narrow));
        pass(d, next);
    }
}

static void search_integer(Decoder *d, const Step *step, CgVal at, CgVal slot)
{
    CgFn *f = d->c->f;
    CgVal args[] = { at, slot };
    CgVal next = cg_call(f, "rt_json_integer", CG_PTR, args, 2);
    CG_IF(f, is_here(d, next), "json.integer") {
        take_integer(d, step, cg_load(f, CG_I64, slot, 0), next);
    }
}

static void integer_step(Decoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal slot = cg_stack(f, 8);
    uint32_t len = step->field->value_len;
    if (!step->field->fixed_len || len < 8 || len > 16) {
        search_integer(d, step, at, slot);
        return;
    }
    CgVal args[] = { at, cg_i64(f, len), slot };
    CgScope scope = cg_if_open(f, cg_call(f, "rt_json_integer_fits", CG_I1, args, 3), "json.fits");
    take_integer(d, step, cg_load(f, CG_I64, slot, 0), cg_ptr_offset(f, at, len));
    cg_if_else(f, &scope);
    search_integer(d, step, at, slot);
    cg_if_close(f, &scope);
}

static void boolean_step(Decoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    for (int truth = 1; truth >= 0; truth--) {
        Str word = truth ? STR("true") : STR("false");
        CG_IF(f, text_is(d, at, word), truth ? "json.true" : "json.false") {
            set_column(d, (uint32_t)step->node->column, cg_sql(d->c, PK_BOOL, cg_i1(f, truth != 0)));
            pass(d, cg_ptr_offset(f, at, word.len));
        }
    }
}

/* Any other type: the exact conversion of this one value. */
static void convert_step(Decoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal column = cg_i32(f, step->node->column);
    CgVal args[] = { d->c->task, d->c->batch, d->row, column, at };
    CgVal next = cg_call(f, "rt_json_column", CG_PTR, args, 5);
    CG_IF(f, is_here(d, next), "json.converted") {
        pass(d, next);
    }
}

static void skip_step(Decoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    if (step->field->kind == JSON_SHAPE_STRING) {
        string_step(d, step, at);
        return;
    }
    CgVal next = cg_call(f, "rt_json_skip", CG_PTR, &at, 1);
    CG_IF(f, is_here(d, next), "json.skipped") {
        pass(d, next);
    }
}

typedef enum StepWay { WAY_SKIP, WAY_STRING, WAY_INTEGER, WAY_BOOLEAN, WAY_CONVERT } StepWay;

static StepWay way_of(const Step *step)
{
    if (step->node == NULL || step->node->column == DECODE_NO_COLUMN)
        return WAY_SKIP;
    const FieldType *type = step->node->type;
    JsonShapeKind kind = step->field->kind;
    if (type->id == FT_VARCHAR && type->precision == 0 && kind == JSON_SHAPE_STRING)
        return WAY_STRING;
    if ((type->id == FT_TINYINT || type->id == FT_SMALLINT || type->id == FT_INT || type->id == FT_BIGINT) &&
        kind == JSON_SHAPE_INTEGER)
        return WAY_INTEGER;
    if (type->id == FT_BOOLEAN && (kind == JSON_SHAPE_TRUE || kind == JSON_SHAPE_FALSE))
        return WAY_BOOLEAN;
    return WAY_CONVERT;
}

static void set_null(Decoder *d, uint32_t column)
{
    CgFn *f = d->c->f;
    uint64_t word = 8ull * (column / 64);
    CgVal bit = cg_i64(f, (int64_t)((uint64_t)1 << (column % 64)));
    cg_store(f, d->row, word, cg_bin(f, CG_OR, cg_load(f, CG_I64, d->row, word), bit));
    CgVal value = cg_ptr_offset(f, d->row, d->scan->as.scan.layout.offsets[column]);
    cg_zero_bytes(f, value, kind_bytes((RtKind)d->scan->as.scan.layout.kinds[column]));
}

static void value_step(Decoder *d, const Step *step, CgVal at)
{
    static void (*const WAYS[])(Decoder *, const Step *, CgVal) = {
        [WAY_SKIP] = skip_step,       [WAY_STRING] = string_step,   [WAY_INTEGER] = integer_step,
        [WAY_BOOLEAN] = boolean_step, [WAY_CONVERT] = convert_step,
    };
    CgFn *f = d->c->f;
    StepWay way = way_of(step);
    if (way == WAY_CONVERT || (way == WAY_SKIP && step->field->kind != JSON_SHAPE_STRING)) {
        WAYS[way](d, step, at); /* these know null */
        return;
    }
    CgScope scope = cg_if_open(f, cg_unlikely(f, byte_is(d, at, 'n')), "json.maybe_null");
    CG_IF(f, text_is(d, at, STR("null")), "json.null") {
        if (way != WAY_SKIP)
            set_null(d, (uint32_t)step->node->column);
        pass(d, cg_ptr_offset(f, at, 4));
    }
    cg_if_else(f, &scope);
    WAYS[way](d, step, at);
    cg_if_close(f, &scope);
}

/* Behind the last brace: the newline, with or without a carriage return. */
static void end_step(Decoder *d, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal carriage = byte_is(d, at, '\r');
    CgVal newline = cg_ptr_add(f, at, cg_zext(f, carriage, CG_I64));
    CG_IF(f, byte_is(d, newline, '\n'), "json.end") {
        pass(d, cg_ptr_offset(f, newline, 1));
    }
}

static void emit_step(Decoder *d, const Step *step)
{
    CgFn *f = d->c->f;
    CG_IF(f, cg_get(f, d->ok), "json.step") {
        CgVal at = cg_get(f, d->at);
        cg_set(f, d->ok, cg_i1(f, false));
        CG_IF(f, text_is(d, at, step->text), "json.text") {
            CgVal behind = cg_ptr_offset(f, at, step->text.len);
            if (step->field == NULL)
                end_step(d, behind);
            else
                value_step(d, step, behind);
        }
    }
}

/* NULL for what the shape has no key for and for computed columns. */
static void clear_row(Decoder *d, const Steps *steps)
{
    const RowLayout *layout = &d->scan->as.scan.layout;
    for (uint32_t w = 0; w < layout->words; w++) {
        uint64_t nulls = 0;
        for (uint32_t c = 64 * w; c < layout->column_count && c < 64 * (w + 1); c++)
            nulls |= (uint64_t)!steps->present[c] << (c % 64);
        cg_store(d->c->f, d->row, 8ull * w, cg_i64(d->c->f, (int64_t)nulls));
        cg_store(d->c->f, d->row, 8ull * (layout->words + w), cg_i64(d->c->f, 0));
    }
    for (uint32_t c = 0; c < layout->column_count; c++) {
        if (!steps->present[c])
            cg_zero_bytes(d->c->f, cg_ptr_offset(d->c->f, d->row, layout->offsets[c]), kind_bytes((RtKind)layout->kinds[c]));
    }
}

/* One line: *at and *count move on. */
static void emit_line(Decoder *d, const Steps *steps, CgVal lines, CgLocal line_at, CgLocal count)
{
    CgFn *f = d->c->f;
    CgVal start = cg_get(f, line_at), number = cg_get(f, count);
    CgVal rows = cg_load(f, CG_PTR, d->c->batch, offsetof(RtBatch, rows));
    CgVal row_bytes = cg_i64(f, d->scan->as.scan.layout.row_bytes);
    d->row = cg_ptr_add(f, rows, cg_bin(f, CG_MUL, number, row_bytes));
    cg_set(f, d->at, start);
    cg_set(f, d->ok, cg_i1(f, true));
    for (uint32_t i = 0; i <= steps->line_bytes / CACHE_LINE && i < PREFETCH_LINES_MAX; i++)
        cg_prefetch(f, cg_ptr_offset(f, start, PREFETCH_AHEAD + i * CACHE_LINE));
    clear_row(d, steps);
    for (uint32_t i = 0; i < steps->count; i++)
        emit_step(d, &steps->items[i]);
    CgScope scope = cg_if_open(f, cg_get(f, d->ok), "json.row");
    CgVal starts = cg_load(f, CG_PTR, d->c->batch, offsetof(RtBatch, lines));
    cg_store(f, cg_ptr_add(f, starts, cg_bin(f, CG_SHL, number, cg_i64(f, 3))), 0, start);
    cg_set(f, count, cg_add_i64(f, number, 1));
    cg_set(f, line_at, cg_get(f, d->at));
    cg_if_else(f, &scope);
    cg_store(f, lines, offsetof(RtLines, at), start);
    cg_store(f, d->c->batch, offsetof(RtBatch, row_count), number);
    CgVal args[] = { d->c->task, d->c->batch, lines };
    cg_call(f, "rt_decode_line", CG_VOID, args, 3);
    cg_set(f, line_at, cg_load(f, CG_PTR, lines, offsetof(RtLines, at)));
    cg_set(f, count, cg_load(f, CG_I64, d->c->batch, offsetof(RtBatch, row_count)));
    cg_if_close(f, &scope);
}

void cg_decoder(CgProgram *program, const PhysNode *scan, const JsonShape *shape, const char *name)
{
    static const CgKind PARAMS[] = { CG_PTR, CG_PTR, CG_PTR, CG_I64 };
    Steps steps = plan_steps(program->arena, scan, shape);
    CgFn *f = cg_fn_begin(program->module, name, CG_VOID, PARAMS, 4);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 0), .batch = cg_param(f, 1) };
    Decoder d = { .c = &code, .scan = scan, .at = cg_local(f, CG_PTR), .ok = cg_local(f, CG_I1) };
    CgVal lines = cg_param(f, 2), rows_max = cg_param(f, 3);
    CgLocal at = cg_local(f, CG_PTR), count = cg_local(f, CG_I64);
    CgVal end = cg_load(f, CG_PTR, lines, offsetof(RtLines, end));
    cg_set(f, at, cg_load(f, CG_PTR, lines, offsetof(RtLines, at)));
    cg_set(f, count, cg_load(f, CG_I64, code.batch, offsetof(RtBatch, row_count)));
    CG_WHILE(f, more, "json.line") {
        CgVal in_room = cg_cmp(f, CG_ULT, cg_get(f, count), rows_max);
        CgVal in_text = cg_cmp(f, CG_ULT, cg_get(f, at), end);
        cg_break_unless(f, &more, cg_and(f, in_room, in_text));
        emit_line(&d, &steps, lines, at, count);
    }
    cg_store(f, lines, offsetof(RtLines, at), cg_get(f, at));
    cg_store(f, code.batch, offsetof(RtBatch, row_count), cg_get(f, count));
    cg_fn_end(f, NULL);
}
