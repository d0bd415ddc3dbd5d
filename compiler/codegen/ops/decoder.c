/* decoder.c -- the keys of a sample, followed in whatever order they come.
 *
 * For each object of the sample there is a loop; one round of it tries the keys one after the other, in the order of
 * the sample, each by a comparison of its whole text with wide loads:
 *
 *     round:  {"ad_id": "..." , "event_type": "view" , ... }      at -> the separator in front of the next key
 *             key 1? read its value, on behind it                 a key that does not stand here is passed over:
 *             key 2? ..                                           it may be missing, or come later
 *             }?     the object is done
 *             else   another round, if this one got on at all
 *
 * A line in the order of the sample takes one round, whatever keys are missing; each place where the order is another
 * one costs a round more.  What does not come out so (unknown or repeated keys, escapes, other blanks, values that the
 * step of the key does not know) is the exact decoder's (decoder_lines.h). */
#include "compiler/codegen/ops/decoder.h"

#include "compiler/codegen/ops/decoder_lines.h"

enum {
    TEXT_BYTES_MAX = 60, /* a comparison reads at most the padding behind a block */
    MARKS_MAX = 1024,
    COMPARISONS_MAX = 128, /* of one object, roughly; then the exact decoder is as fast */
    NO_MARK = UINT32_MAX,
};

typedef struct Step Step;
struct Step {
    Str text; /* the key, its quotes, the colon, blanks */
    const JsonShapeField *field;
    const DecodeNode *node; /* NULL: skipped */
    uint32_t mark;          /* cleared when the key is met; its column, or a number behind the columns */
    bool is_object;         /* that is entered, for the columns inside it */
    Step *inside;
    uint32_t inside_count;
};

typedef struct Plan {
    Arena *arena;
    const JsonShape *shape;
    Step *steps;
    uint32_t step_count;
    uint32_t mark_count;
    Str comma, colon; /* with the blanks behind them */
    bool fits;
    bool all_needed;     /* a missing column is an error */
    bool *present;       /* by column: a step may set it */
    uint32_t line_bytes; /* of the sample, roughly */
} Plan;

/* ---- planning ---- */

static const DecodeNode *child_of(const DecodeNode *nodes, uint32_t count, Str name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (str_equal(nodes[i].name, name))
            return &nodes[i];
    }
    return NULL;
}

static Str with_spaces(Arena *arena, const char *text, uint32_t spaces)
{
    return str_printf(arena, "%s%*s", text, (int)spaces, "");
}

/* One object of the sample: its fields [from, to), and what the schema wants of them. */
typedef struct ShapeObject {
    uint32_t from, to;
    const DecodeNode *nodes;
    uint32_t node_count;
} ShapeObject;

static Step *plan_object(Plan *plan, ShapeObject object, uint32_t *count);

static void plan_step(Plan *plan, Step *step, uint32_t at, const DecodeNode *node)
{
    const JsonShapeField *field = &plan->shape->fields[at];
    *step = (Step){ .field = field, .node = node, .mark = NO_MARK };
    step->text = str_printf(plan->arena, "\"%.*s\"%.*s", STR_ARG(field->key), STR_ARG(plan->colon));
    step->is_object = node != NULL && node->child_count > 0;
    plan->fits = plan->fits && step->text.len <= TEXT_BYTES_MAX;
    plan->line_bytes += (uint32_t)(step->text.len + plan->comma.len);
    if (step->is_object) {
        plan->fits = plan->fits && node->column == DECODE_NO_COLUMN; /* else the ROW is read whole as well */
        step->mark = plan->mark_count++;
        ShapeObject inner = { at + 1, field->skip, node->children, node->child_count };
        step->inside = plan_object(plan, inner, &step->inside_count);
        return;
    }
    plan->line_bytes += field->value_len;
    if (node != NULL && node->column != DECODE_NO_COLUMN) {
        step->mark = (uint32_t)node->column;
        plan->present[node->column] = true;
    }
}

/* Keys with escapes have no step: lines that have them are the exact decoder's. */
static Step *plan_object(Plan *plan, ShapeObject object, uint32_t *count)
{
    Step *steps = ARENA_ARRAY(plan->arena, Step, object.to - object.from + 1);
    *count = 0;
    for (uint32_t i = object.from; i < object.to; i = plan->shape->fields[i].skip) {
        const JsonShapeField *field = &plan->shape->fields[i];
        if (!field->key_escaped)
            plan_step(plan, &steps[(*count)++], i, child_of(object.nodes, object.node_count, field->key));
    }
    return steps;
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

static Plan plan_of(Arena *arena, const PhysNode *scan, const JsonShape *shape)
{
    const DecodeSchema *schema = scan->as.scan.decode;
    Plan plan = { .arena = arena, .shape = shape, .mark_count = scan->column_count };
    plan.fits = shape->uniform && shape->field_count > 0;
    plan.all_needed = schema->json.fail_on_missing_field;
    plan.present = ARENA_ARRAY(arena, bool, scan->column_count + 1);
    plan.comma = with_spaces(arena, ",", shape->spaces_after_comma);
    plan.colon = with_spaces(arena, ":", shape->spaces_after_colon);
    if (!plan.fits)
        return plan;
    ShapeObject line = { 0, shape->field_count, schema->fields, schema->field_count };
    plan.steps = plan_object(&plan, line, &plan.step_count);
    plan.fits = plan.fits && plan.step_count > 0 && plan.mark_count <= MARKS_MAX && plan.comma.len <= TEXT_BYTES_MAX;
    if (plan.all_needed && counts_missing(schema->fields, schema->field_count, plan.present))
        plan.fits = false;
    return plan;
}

bool cg_decoder_fits(const PhysNode *scan, const JsonShape *shape)
{
    Arena arena;
    arena_init(&arena);
    bool fits = plan_of(&arena, scan, shape).fits;
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
    bool unseen = kind == JSON_SHAPE_NULL; /* then the type says what to expect */
    if (type->id == FT_VARCHAR && type->precision == 0 && (unseen || kind == JSON_SHAPE_STRING))
        return WAY_STRING;
    if ((type->id == FT_TINYINT || type->id == FT_SMALLINT || type->id == FT_INT || type->id == FT_BIGINT) &&
        (unseen || kind == JSON_SHAPE_INTEGER))
        return WAY_INTEGER;
    if (type->id == FT_BOOLEAN && (unseen || kind == JSON_SHAPE_TRUE || kind == JSON_SHAPE_FALSE))
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
    bool is_text = way == WAY_STRING || way == WAY_SKIP; /* known by its first byte: null is looked for last */
    CgVal other = is_text ? cg_not(f, line_byte_is(d, at, '"')) : line_byte_is(d, at, 'n');
    CgScope scope = cg_if_open(f, cg_unlikely(f, other), "json.maybe_null");
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

/* ---- following ---- */

/* A line being followed.  `at` (of the LineDecoder) is where a separator is due: in front of the first key of an object
 * that is the place where a comma would end. */
typedef struct Follow {
    LineDecoder *d;
    const Plan *plan;
    CgLocal *absent;  /* a bit for each mark: its key was not met yet */
    CgLocal is_first; /* no key of the object at hand was met yet */
} Follow;

static void emit_object(Follow *x, const Step *steps, uint32_t count);

/* Inside the braces; null leaves the columns there as they are: absent. */
static void object_step(Follow *x, const Step *step, CgVal at)
{
    LineDecoder *d = x->d;
    CgFn *f = d->c->f;
    CgScope scope = cg_if_open(f, line_byte_is(d, at, '{'), "json.object");
    line_pass(d, cg_ptr_offset(f, at, 1));
    emit_object(x, step->inside, step->inside_count);
    cg_if_else(f, &scope);
    if (!x->plan->all_needed) {
        CG_IF(f, line_text_is(d, at, STR("null")), "json.no_object") {
            line_pass(d, cg_ptr_offset(f, at, 4));
        }
    }
    cg_if_close(f, &scope);
}

static void known_step(Follow *x, const Step *step, CgVal at)
{
    if (step->is_object)
        object_step(x, step, at);
    else
        value_step(x->d, step, at);
}

/* The key stands here.  A key that comes a second time is the exact decoder's: what its first value left goes. */
static void met_step(Follow *x, const Step *step, CgVal behind)
{
    CgFn *f = x->d->c->f;
    cg_set(f, x->d->ok, cg_i1(f, false));
    if (step->mark == NO_MARK) {
        known_step(x, step, behind);
        return;
    }
    CgLocal word = x->absent[step->mark / 64];
    uint64_t bit = (uint64_t)1 << (step->mark % 64);
    CgVal marks = cg_get(f, word);
    CgVal is_absent = cg_cmp(f, CG_NE, cg_bin(f, CG_AND, marks, cg_i64(f, (int64_t)bit)), cg_i64(f, 0));
    CG_IF(f, is_absent, "json.once") {
        cg_set(f, word, cg_bin(f, CG_AND, marks, cg_i64(f, (int64_t)~bit)));
        known_step(x, step, behind);
    }
}

/* Does the key stand here, behind a comma unless it is the object's first?  What is in front of the first key ends with
 * a brace, so the text with the comma cannot be there; one comparison does for most keys. */
static void find_key(Follow *x, const Step *step, CgVal at, bool leads, CgLocal found)
{
    CgFn *f = x->d->c->f;
    Str behind_comma = str_printf(x->plan->arena, "%.*s%.*s", STR_ARG(x->plan->comma), STR_ARG(step->text));
    CgVal key = cg_ptr_offset(f, at, x->plan->comma.len);
    cg_set(f, found, leads ? cg_get(f, x->is_first) : line_text_is(x->d, at, behind_comma));
    CgScope scope = cg_if_open(f, cg_get(f, found), "json.key");
    if (leads)
        cg_set(f, found, line_text_is(x->d, key, step->text));
    cg_if_else(f, &scope);
    if (leads) {
        cg_set(f, found, line_text_is(x->d, at, behind_comma));
    } else {
        CG_IF(f, cg_get(f, x->is_first), "json.first") {
            cg_set(f, found, line_text_is(x->d, key, step->text));
        }
    }
    cg_if_close(f, &scope);
}

static void emit_step(Follow *x, const Step *step, bool leads)
{
    LineDecoder *d = x->d;
    CgFn *f = d->c->f;
    CG_IF(f, cg_get(f, d->ok), "json.step") {
        CgVal at = cg_get(f, d->at);
        CgLocal found = cg_local(f, CG_I1);
        find_key(x, step, at, leads, found);
        CG_IF(f, cg_get(f, found), "json.met") {
            met_step(x, step, cg_ptr_offset(f, at, x->plan->comma.len + step->text.len));
            cg_set(f, x->is_first, cg_i1(f, false));
        }
    }
}

static uint32_t rounds_max(uint32_t count)
{
    uint32_t rounds = 2 + COMPARISONS_MAX / (count + 1);
    return rounds < count ? rounds : count;
}

/* From behind the opening brace to behind the closing one. */
static void emit_object(Follow *x, const Step *steps, uint32_t count)
{
    LineDecoder *d = x->d;
    CgFn *f = d->c->f;
    CgLocal round = cg_local(f, CG_I32), again = cg_local(f, CG_I1);
    cg_set(f, round, cg_i32(f, 0));
    cg_set(f, again, cg_i1(f, true));
    cg_set(f, x->is_first, cg_i1(f, true));
    cg_set(f, d->at, cg_ptr_add(f, cg_get(f, d->at), cg_i64(f, -(int64_t)x->plan->comma.len)));
    CG_WHILE(f, rounds, "json.round") {
        cg_break_unless(f, &rounds, cg_get(f, again));
        CgVal start = cg_get(f, d->at);
        for (uint32_t i = 0; i < count; i++)
            emit_step(x, &steps[i], i == 0);
        CgVal at = cg_get(f, d->at), ok = cg_get(f, d->ok);
        CgVal brace = cg_select(f, cg_get(f, x->is_first), cg_ptr_offset(f, at, x->plan->comma.len), at);
        CgVal done = cg_and(f, ok, line_byte_is(d, brace, '}'));
        CgVal number = cg_bin(f, CG_ADD, cg_get(f, round), cg_i32(f, 1));
        CgVal gets_on =
            cg_and(f, cg_cmp(f, CG_NE, at, start), cg_cmp(f, CG_ULT, number, cg_i32(f, (int32_t)rounds_max(count))));
        CgVal more = cg_and(f, cg_and(f, ok, cg_not(f, done)), gets_on);
        cg_set(f, round, number);
        cg_set(f, again, more);
        cg_set(f, d->ok, cg_or(f, done, more));
        cg_set(f, d->at, cg_select(f, done, cg_ptr_offset(f, brace, 1), at));
    }
}

/* Columns whose key was not met are NULL, or the line is not one for compiled code. */
static void judge_absent(Follow *x)
{
    LineDecoder *d = x->d;
    CgFn *f = d->c->f;
    uint32_t columns = d->scan->column_count;
    for (uint32_t w = 0; 64 * w < columns; w++) {
        uint64_t of_columns = columns - 64 * w >= 64 ? UINT64_MAX : ((uint64_t)1 << (columns - 64 * w)) - 1;
        CgVal absent = cg_bin(f, CG_AND, cg_get(f, x->absent[w]), cg_i64(f, (int64_t)of_columns));
        if (x->plan->all_needed) {
            CgVal none = cg_cmp(f, CG_EQ, absent, cg_i64(f, 0));
            cg_set(f, d->ok, cg_and(f, cg_get(f, d->ok), none));
        } else {
            CgVal nulls = cg_load(f, CG_I64, d->row, 8ull * w);
            cg_store(f, d->row, 8ull * w, cg_bin(f, CG_OR, nulls, absent));
        }
    }
}

/* All marks set, but those of columns that no key of the sample has: these are NULL anyway.  Values of columns that may
 * stay absent are zero. */
static void begin_line(Follow *x)
{
    LineDecoder *d = x->d;
    CgFn *f = d->c->f;
    const RowLayout *layout = &d->scan->as.scan.layout;
    uint32_t columns = d->scan->column_count;
    for (uint32_t w = 0; 64 * w < x->plan->mark_count; w++) {
        uint64_t marks = 0;
        for (uint32_t m = 64 * w; m < 64 * (w + 1) && m < x->plan->mark_count; m++)
            marks |= (uint64_t)(m >= columns || x->plan->present[m]) << (m % 64);
        cg_set(f, x->absent[w], cg_i64(f, (int64_t)marks));
    }
    uint64_t words = 16ull * layout->words;
    cg_zero_bytes(f, cg_ptr_offset(f, d->row, words), layout->row_bytes - words);
}

static void emit_line(LineDecoder *d, const void *context)
{
    const Plan *plan = context;
    CgFn *f = d->c->f;
    Follow x = { .d = d, .plan = plan, .is_first = cg_local(f, CG_I1) };
    uint32_t words = plan->mark_count / 64 + 1;
    x.absent = ARENA_ARRAY(plan->arena, CgLocal, words);
    for (uint32_t w = 0; w < words; w++)
        x.absent[w] = cg_local(f, CG_I64);
    begin_line(&x);
    CgVal start = cg_get(f, d->at);
    cg_set(f, d->ok, line_byte_is(d, start, '{'));
    CG_IF(f, cg_get(f, d->ok), "json.line") {
        cg_set(f, d->at, cg_ptr_offset(f, start, 1));
        emit_object(&x, plan->steps, plan->step_count);
    }
    CG_IF(f, cg_get(f, d->ok), "json.whole") {
        cg_set(f, d->ok, cg_i1(f, false));
        end_step(d, cg_get(f, d->at));
    }
    CG_IF(f, cg_get(f, d->ok), "json.columns") {
        judge_absent(&x);
    }
}

void cg_decoder(CgProgram *program, const PhysNode *scan, const JsonShape *shape, const char *name)
{
    Plan plan = plan_of(program->arena, scan, shape);
    LineSteps lines = { emit_line, &plan, plan.present, plan.line_bytes };
    line_decoder(program, scan, &lines, name);
}
