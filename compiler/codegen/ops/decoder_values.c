/* decoder_values.c -- what stands behind a key: strings, integers, booleans by compiled steps, others converted
 * exactly. */
#include "compiler/codegen/ops/decoder_internal.h"

/* The string between `first` and its closing quote. */
static void take_string(LineDecoder *d, const DecoderStep *step, CgVal first, CgVal length)
{
    CgFn *f = d->c->f;
    if (step->node != NULL)
        line_set_column(d, (uint32_t)step->node->column, (CgSql){ .kind = PK_STR, .value = first, .extra = length });
    line_pass(d, cg_ptr_offset(f, cg_ptr_add(f, first, length), 1));
}

static void search_string(LineDecoder *d, const DecoderStep *step, CgVal first, bool seldom)
{
    CgFn *f = d->c->f;
    CgVal quote = cg_call(f, seldom ? "rt_json_string_called" : "rt_json_string", CG_PTR, &first, 1);
    CG_IF(f, line_is_here(d, quote), "json.quote") {
        take_string(d, step, first, cg_ptr_diff(f, quote, first));
    }
}

/* Where the sample's strings all have one length, the next field's place is known before this one is read. */
static void string_step(LineDecoder *d, const DecoderStep *step, CgVal at)
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
            search_string(d, step, first, true);
            cg_if_close(f, &scope);
        } else {
            search_string(d, step, first, false);
        }
    }
}

static void take_integer(LineDecoder *d, const DecoderStep *step, CgVal number, CgVal next)
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

static void search_integer(LineDecoder *d, const DecoderStep *step, CgVal at, CgVal slot)
{
    CgFn *f = d->c->f;
    CgVal args[] = { at, slot };
    CgVal next = cg_call(f, "rt_json_integer", CG_PTR, args, 2);
    CG_IF(f, line_is_here(d, next), "json.integer") {
        take_integer(d, step, cg_load(f, CG_I64, slot, 0), next);
    }
}

static void integer_step(LineDecoder *d, const DecoderStep *step, CgVal at)
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

static void boolean_step(LineDecoder *d, const DecoderStep *step, CgVal at)
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
static void convert_step(LineDecoder *d, const DecoderStep *step, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal column = cg_i32(f, step->node->column);
    CgVal args[] = { d->c->task, d->c->batch, d->row, column, at };
    CgVal next = cg_call(f, "rt_json_column", CG_PTR, args, 5);
    CG_IF(f, line_is_here(d, next), "json.converted") {
        line_pass(d, next);
    }
}

static void skip_step(LineDecoder *d, const DecoderStep *step, CgVal at)
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

static StepWay way_of(const DecoderStep *step)
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

void decoder_value(LineDecoder *d, const DecoderStep *step, CgVal at)
{
    static void (*const WAYS[])(LineDecoder *, const DecoderStep *, CgVal) = {
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

void decoder_end(LineDecoder *d, CgVal at)
{
    CgFn *f = d->c->f;
    CgVal carriage = line_byte_is(d, at, '\r');
    CgVal newline = cg_ptr_add(f, at, cg_zext(f, carriage, CG_I64));
    CG_IF(f, line_byte_is(d, newline, '\n'), "json.end") {
        line_pass(d, cg_ptr_offset(f, newline, 1));
    }
}
