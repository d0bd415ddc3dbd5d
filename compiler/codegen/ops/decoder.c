/* decoder.c -- straight-line code for one line shape.
 *
 * The shape's fields become steps: compare the text that must stand before the value (closing braces, comma, key,
 * colon) with wide loads, then read or skip the value.  What does not pass all steps is the exact decoder's
 * (decoder_lines.h):
 *
 *     at -> {"ad_id": "..." , "event_type": "view", ...}\n
 *           \--- text -/\-value-/\---- text ----/              all steps passed: next row; else rt_decode_line
 */
#include "compiler/codegen/ops/decoder.h"

#include "compiler/codegen/ops/decoder_lines.h"

enum { TEXT_BYTES_MAX = 60 }; /* a comparison reads at most the padding behind a block */

typedef struct Step {
    Str text;                    /* before the value */
    const JsonShapeField *field; /* NULL: the end of the line */
    const DecodeNode *node;      /* NULL: skipped */
} Step;

typedef struct Steps {
    Arena *arena;
    Step *items;
    uint32_t count;
    bool fits;
    bool *present;       /* by column: set by a step */
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

/* The string between `first` and its closing quote. */
static void take_string(LineDecoder *d, const Step *step, CgVal first, CgVal length)
{
    CgFn *f = d->c->f;
    if (step->node != NULL)
        line_set_column(d, (uint32_t)step->node->column, (CgSql){ .kind = PK_STR, .value = first, .extra = length });
    line_pass(d, cg_ptr_offset(f, cg_ptr_add(f, first, length), 1));
}

static void search_string(LineDecoder *d, const Step *step, CgVal first)
{
    CgFn *f = d->c->f;
    CgVal quote = cg_call(f, "rt_json_string", CG_PTR, &first, 1);
    CG_IF(f, line_is_here(d, quote), "json.quote") {
        take_string(d, step, first, cg_ptr_diff(f, quote, first));
    }
}

/* Where the sample's strings all have one length, the next field's place is known before this one is read. */
static void string_step(LineDecoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal first = cg_ptr_offset(f, at, 1);
    CG_IF(f, line_byte_is(d, at, '"'), "json.string") {
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

static void take_integer(LineDecoder *d, const Step *step, CgVal number, CgVal next)
{
    CgFn *f = d->c->f;
    RtKind kind = field_kind(step->node->type);
    CgKind machine = cg_kind_of(kind);
    CgVal narrow = machine == CG_I64 ? number : cg_trunc(f, number, machine);
    CgVal fits = machine == CG_I64 ? cg_i1(f, true) : cg_cmp(f, CG_EQ, cg_sext(f, narrow, CG_I64), number);
    CG_IF(f, fits, "json.in_range") {
        line_set_column(d, (uint32_t)step->node->column, cg_sql(d->c, kind, narrow));
        line_pass(d, next);
    }
}

static void search_integer(LineDecoder *d, const Step *step, CgVal at, CgVal slot)
{
    CgFn *f = d->c->f;
    CgVal args[] = { at, slot };
    CgVal next = cg_call(f, "rt_json_integer", CG_PTR, args, 2);
    CG_IF(f, line_is_here(d, next), "json.integer") {
        take_integer(d, step, cg_load(f, CG_I64, slot, 0), next);
    }
}

static void integer_step(LineDecoder *d, const Step *step, CgVal at)
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

static void boolean_step(LineDecoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    for (int truth = 1; truth >= 0; truth--) {
        Str word = truth ? STR("true") : STR("false");
        CG_IF(f, line_text_is(d, at, word), truth ? "json.true" : "json.false") {
            line_set_column(d, (uint32_t)step->node->column, cg_sql(d->c, PK_BOOL, cg_i1(f, truth != 0)));
            line_pass(d, cg_ptr_offset(f, at, word.len));
        }
    }
}

/* Any other type: the exact conversion of this one value. */
static void convert_step(LineDecoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal column = cg_i32(f, step->node->column);
    CgVal args[] = { d->c->task, d->c->batch, d->row, column, at };
    CgVal next = cg_call(f, "rt_json_column", CG_PTR, args, 5);
    CG_IF(f, line_is_here(d, next), "json.converted") {
        line_pass(d, next);
    }
}

static void skip_step(LineDecoder *d, const Step *step, CgVal at)
{
    CgFn *f = d->c->f;
    if (step->field->kind == JSON_SHAPE_STRING) {
        string_step(d, step, at);
        return;
    }
    CgVal next = cg_call(f, "rt_json_skip", CG_PTR, &at, 1);
    CG_IF(f, line_is_here(d, next), "json.skipped") {
        line_pass(d, next);
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

static void value_step(LineDecoder *d, const Step *step, CgVal at)
{
    static void (*const WAYS[])(LineDecoder *, const Step *, CgVal) = {
        [WAY_SKIP] = skip_step,       [WAY_STRING] = string_step,   [WAY_INTEGER] = integer_step,
        [WAY_BOOLEAN] = boolean_step, [WAY_CONVERT] = convert_step,
    };
    CgFn *f = d->c->f;
    StepWay way = way_of(step);
    if (way == WAY_CONVERT || (way == WAY_SKIP && step->field->kind != JSON_SHAPE_STRING)) {
        WAYS[way](d, step, at); /* these know null */
        return;
    }
    CgScope scope = cg_if_open(f, cg_unlikely(f, line_byte_is(d, at, 'n')), "json.maybe_null");
    CG_IF(f, line_text_is(d, at, STR("null")), "json.null") {
        if (way != WAY_SKIP)
            line_set_null(d, (uint32_t)step->node->column);
        line_pass(d, cg_ptr_offset(f, at, 4));
    }
    cg_if_else(f, &scope);
    WAYS[way](d, step, at);
    cg_if_close(f, &scope);
}

/* Behind the last brace: the newline, with or without a carriage return. */
static void end_step(LineDecoder *d, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal carriage = line_byte_is(d, at, '\r');
    CgVal newline = cg_ptr_add(f, at, cg_zext(f, carriage, CG_I64));
    CG_IF(f, line_byte_is(d, newline, '\n'), "json.end") {
        line_pass(d, cg_ptr_offset(f, newline, 1));
    }
}

static void emit_step(LineDecoder *d, const Step *step)
{
    CgFn *f = d->c->f;
    CG_IF(f, cg_get(f, d->ok), "json.step") {
        CgVal at = cg_get(f, d->at);
        cg_set(f, d->ok, cg_i1(f, false));
        CG_IF(f, line_text_is(d, at, step->text), "json.text") {
            CgVal behind = cg_ptr_offset(f, at, step->text.len);
            if (step->field == NULL)
                end_step(d, behind);
            else
                value_step(d, step, behind);
        }
    }
}

static void emit_steps(LineDecoder *d, const void *context)
{
    const Steps *steps = context;
    for (uint32_t i = 0; i < steps->count; i++)
        emit_step(d, &steps->items[i]);
}

void cg_decoder(CgProgram *program, const PhysNode *scan, const JsonShape *shape, const char *name)
{
    Steps steps = plan_steps(program->arena, scan, shape);
    LineSteps lines = { emit_steps, &steps, steps.present, steps.line_bytes };
    line_decoder(program, scan, &lines, name);
}
