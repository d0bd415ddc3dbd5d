/* decoder.c -- the plan of a compiled JSON decoder, and which of its two ways fits the sample.
 *
 * Nearly all streams have one shape: then the line is one text with values in it (decoder_line.c), and what is not so
 * is the exact decoder's.  A sample of several shapes pays for looking each key up (decoder_rounds.c). */
#include "compiler/codegen/ops/decoder_internal.h"

enum { MARKS_MAX = 1024 };

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

static DecoderStep *plan_object(DecoderPlan *plan, ShapeObject object, uint32_t *count);

static void plan_step(DecoderPlan *plan, DecoderStep *step, uint32_t at, const DecodeNode *node)
{
    const JsonShapeField *field = &plan->shape->fields[at];
    *step = (DecoderStep){ .field = field, .node = node, .mark = DECODER_NO_MARK };
    step->text = str_printf(plan->arena, "\"%.*s\"%.*s", STR_ARG(field->key), STR_ARG(plan->colon));
    step->is_object = node != NULL && node->child_count > 0;
    plan->fits = plan->fits && step->text.len <= DECODER_TEXT_MAX;
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
static DecoderStep *plan_object(DecoderPlan *plan, ShapeObject object, uint32_t *count)
{
    DecoderStep *steps = ARENA_ARRAY(plan->arena, DecoderStep, object.to - object.from + 1);
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

static DecoderPlan plan_of(Arena *arena, const PhysNode *scan, const JsonShape *shape)
{
    const DecodeSchema *schema = scan->as.scan.decode;
    DecoderPlan plan = { .arena = arena, .shape = shape, .mark_count = scan->column_count };
    plan.fits = shape->uniform && shape->field_count > 0;
    plan.all_needed = schema->json.fail_on_missing_field;
    plan.present = ARENA_ARRAY(arena, bool, scan->column_count + 1);
    plan.comma = with_spaces(arena, ",", shape->spaces_after_comma);
    plan.colon = with_spaces(arena, ":", shape->spaces_after_colon);
    if (!plan.fits)
        return plan;
    ShapeObject line = { 0, shape->field_count, schema->fields, schema->field_count };
    plan.steps = plan_object(&plan, line, &plan.step_count);
    plan.fits = plan.fits && plan.step_count > 0 && plan.mark_count <= MARKS_MAX && plan.comma.len <= DECODER_TEXT_MAX;
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

void cg_decoder(CgProgram *program, const PhysNode *scan, const JsonShape *shape, const char *name)
{
    DecoderPlan plan = plan_of(program->arena, scan, shape);
    LineSteps lines = { decoder_rounds, &plan, plan.present, plan.line_bytes };
    if (decoder_is_one_line(&plan))
        lines.emit = decoder_line;
    line_decoder(program, scan, &lines, name);
}
