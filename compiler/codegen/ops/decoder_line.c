/* decoder_line.c -- straight-line code for a sample of one shape.
 *
 * What stands between two values is one text, braces and commas included, and one comparison with wide loads:
 *
 *     at -> {"ad_id": "..." , "who": {"id": 5}, ... }\n
 *           \--- text -/\-v-/\---- text ----/v\- text -/       all passed: the row; else the exact decoder has the line
 */
#include "compiler/codegen/ops/decoder_internal.h"

/* A walk along the line: `text` is what must stand in front of the next value.  Without `d` it is only measured. */
typedef struct LineWalk {
    LineDecoder *d;
    const DecoderPlan *plan;
    Str text;
    bool fits;
} LineWalk;

static void pass_text(LineWalk *walk, const DecoderStep *step)
{
    LineDecoder *d = walk->d;
    Str text = walk->text;
    walk->fits = walk->fits && text.len <= DECODER_TEXT_MAX;
    walk->text = STR_EMPTY;
    if (d == NULL)
        return;
    CgFn *f = d->c->f;
    CG_IF(f, cg_get(f, d->ok), "json.step") {
        CgVal at = cg_get(f, d->at);
        cg_set(f, d->ok, cg_i1(f, false));
        CG_IF(f, line_text_is(d, at, text), "json.text") {
            CgVal behind = cg_ptr_offset(f, at, text.len);
            if (step == NULL)
                decoder_end(d, behind);
            else
                decoder_value(d, step, behind);
        }
    }
}

static void add_text(LineWalk *walk, Str text)
{
    walk->text = str_printf(walk->plan->arena, "%.*s%.*s", STR_ARG(walk->text), STR_ARG(text));
}

static void walk_object(LineWalk *walk, const DecoderStep *steps, uint32_t count)
{
    add_text(walk, STR("{"));
    for (uint32_t i = 0; i < count; i++) {
        const DecoderStep *step = &steps[i];
        if (i > 0)
            add_text(walk, walk->plan->comma);
        add_text(walk, step->text);
        if (step->is_object) {
            walk->fits = walk->fits && step->field->one_order;
            walk_object(walk, step->inside, step->inside_count);
        } else {
            pass_text(walk, step);
        }
    }
    add_text(walk, STR("}"));
}

static bool walk_line(const DecoderPlan *plan, LineDecoder *d)
{
    LineWalk walk = { .d = d, .plan = plan, .fits = true };
    walk_object(&walk, plan->steps, plan->step_count);
    pass_text(&walk, NULL);
    return walk.fits;
}

bool decoder_is_one_line(const DecoderPlan *plan)
{
    return plan->shape->one_order && walk_line(plan, NULL);
}

void decoder_line(LineDecoder *d, const void *plan)
{
    (void)walk_line(plan, d);
}
