/* decoder_rounds.c -- the keys of a sample of several shapes, followed in whatever order they come.
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
#include "compiler/codegen/ops/decoder_internal.h"

enum { COMPARISONS_MAX = 128 /* of one object, roughly; then the exact decoder is as fast */ };

/* A line being followed.  `at` (of the LineDecoder) is where a separator is due: in front of the first key of an object
 * that is the place where a comma would end. */
typedef struct Follow {
    LineDecoder *d;
    const DecoderPlan *plan;
    CgLocal *absent;  /* a bit for each mark: its key was not met yet */
    CgLocal is_first; /* no key of the object at hand was met yet */
} Follow;

static void emit_object(Follow *x, const DecoderStep *steps, uint32_t count);

/* Inside the braces; null leaves the columns there as they are: absent. */
static void object_step(Follow *x, const DecoderStep *step, CgVal at)
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

static void known_step(Follow *x, const DecoderStep *step, CgVal at)
{
    if (step->is_object)
        object_step(x, step, at);
    else
        decoder_value(x->d, step, at);
}

/* The key stands here.  A key that comes a second time is the exact decoder's: what its first value left goes. */
static void met_step(Follow *x, const DecoderStep *step, CgVal behind)
{
    CgFn *f = x->d->c->f;
    cg_set(f, x->d->ok, cg_i1(f, false));
    if (step->mark == DECODER_NO_MARK) {
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

/* Is this the text at the place of a comma?  In front of the first key a comma with blanks would begin before the line,
 * where nothing may be read. */
static CgVal stands_behind_comma(Follow *x, CgVal at, Str text)
{
    CgFn *f = x->d->c->f;
    if (x->plan->comma.len <= 1)
        return line_text_is(x->d, at, text);
    CgVal first = cg_get(f, x->is_first);
    CgVal inside = cg_select(f, first, cg_ptr_offset(f, at, x->plan->comma.len), at);
    return cg_and(f, cg_not(f, first), line_text_is(x->d, inside, text));
}

/* Does the key stand here, behind a comma unless it is the object's first?  What is in front of the first key ends with
 * a brace, so the text with the comma cannot be there; one comparison does for most keys. */
static void find_key(Follow *x, const DecoderStep *step, CgVal at, bool leads, CgLocal found)
{
    CgFn *f = x->d->c->f;
    Str behind_comma = str_printf(x->plan->arena, "%.*s%.*s", STR_ARG(x->plan->comma), STR_ARG(step->text));
    CgVal key = cg_ptr_offset(f, at, x->plan->comma.len);
    cg_set(f, found, leads ? cg_get(f, x->is_first) : stands_behind_comma(x, at, behind_comma));
    CgScope scope = cg_if_open(f, cg_get(f, found), "json.key");
    if (leads)
        cg_set(f, found, line_text_is(x->d, key, step->text));
    cg_if_else(f, &scope);
    if (leads) {
        cg_set(f, found, stands_behind_comma(x, at, behind_comma));
    } else {
        CG_IF(f, cg_get(f, x->is_first), "json.first") {
            cg_set(f, found, line_text_is(x->d, key, step->text));
        }
    }
    cg_if_close(f, &scope);
}

static void emit_step(Follow *x, const DecoderStep *step, bool leads)
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
static void emit_object(Follow *x, const DecoderStep *steps, uint32_t count)
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

void decoder_rounds(LineDecoder *d, const void *context)
{
    const DecoderPlan *plan = context;
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
        decoder_end(d, cg_get(f, d->at));
    }
    CG_IF(f, cg_get(f, d->ok), "json.columns") {
        judge_absent(&x);
    }
}
