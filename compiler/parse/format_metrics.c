/* format_metrics.c -- prints metrics, alerts, policies, roles and tests. */
#include "compiler/parse/format_internal.h"

/* ---------------------------------------------------------------- metrics */
static void print_dimension(Printer *p, const AstNode *node)
{
    print_name(p, ast_dimension_name(node));
    print_part(p, " TITLE ", ast_dimension_title(node), print_string);
    print_part(p, " DESCRIPTION ", ast_dimension_description(node), print_string);
    print_part(p, " LABEL ", ast_dimension_label(node), print_qname);
    print_part(p, " KEEP TOP ", ast_dimension_keep_top(node), print_expr);
    print_part(p, " BY ", ast_dimension_keep_by(node), print_name);
    print_part(p, " OTHER ", ast_dimension_other(node), print_string);
    print_part(p, " CARDINALITY ", ast_dimension_cardinality(node), print_expr);
    print_names(p, " DRILL ", ast_dimension_drill(node));
    print_part(p, " ROLE ", ast_dimension_role(node), print_name);
}

static void print_measure_unit(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_MEASURE_WORD] = "",           [AST_MEASURE_RATIO] = "RATIO", [AST_MEASURE_MONEY] = "MONEY",
        [AST_MEASURE_SECONDS] = "SECONDS", [AST_MEASURE_BYTES] = "BYTES",
    };
    out(p, " UNIT ");
    out(p, WORDS[ast_measure_unit_kind(node)]);
    if (ast_measure_unit_word(node) != NULL)
        print_string(p, ast_measure_unit_word(node));
    if (ast_measure_unit_currency(node) == NULL)
        return;
    out(p, " (");
    print_string(p, ast_measure_unit_currency(node));
    print_part(p, ", ", ast_measure_unit_scale(node), print_name);
    out(p, ")");
}

static void print_measure(Printer *p, const AstNode *node)
{
    print_name(p, ast_measure_name(node));
    print_part(p, " = ", ast_measure_expr(node), print_expr);
    print_part(p, " TITLE ", ast_measure_title(node), print_string);
    print_part(p, " DESCRIPTION ", ast_measure_description(node), print_string);
    if (ast_measure_unit(node) != NULL)
        print_measure_unit(p, ast_measure_unit(node));
    print_part(p, " FORMAT ", ast_measure_format(node), print_string);
    out_if(p, ast_measure_better(node) == AST_BETTER_HIGH, " BETTER HIGH");
    out_if(p, ast_measure_better(node) == AST_BETTER_LOW, " BETTER LOW");
    if (ast_measure_bounds_low(node) != NULL) {
        print_part(p, " BOUNDS (", ast_measure_bounds_low(node), print_name);
        print_part(p, ", ", ast_measure_bounds_high(node), print_name);
        out(p, ")");
    }
}

static void print_retain(Printer *p, const AstNode *node)
{
    print_expr(p, ast_retain_grain(node));
    out(p, " FOR ");
    print_expr(p, ast_retain_keep(node));
}

/* TABLE is a kind, and a reserved word. */
static void print_panel_kind(Printer *p, const AstNode *kind)
{
    if (!ast_name_quoted(kind) && str_equal_nocase(ast_name_text(kind), STR("TABLE")))
        out_text(p, ast_name_text(kind));
    else
        print_name(p, kind);
}

static void print_panel(Printer *p, const AstNode *node)
{
    print_part(p, "PANEL ", ast_panel_kind(node), print_panel_kind);
    if (ast_panel_columns(node) != NULL) {
        out(p, " (");
        out_inline(p, ast_panel_columns(node), print_name);
        print_part(p, " BY ", ast_panel_by(node), print_name);
        print_part(p, " TOP ", ast_panel_top(node), print_expr);
        out(p, ")");
    }
    if (ast_panel_compare(node) != NULL) {
        out(p, " COMPARE ");
        out_parens(p, ast_panel_compare(node), print_expr);
    }
    if (ast_panel_band(node) != NULL) {
        out(p, " BAND ");
        print_expr(p, ast_panel_band(node));
    }
}

void print_emit(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    switch (ast_emit_mode(node)) {
    case AST_EMIT_AFTER_CLOSE:
        out(p, "EMIT AFTER WINDOW CLOSE");
        break;
    case AST_EMIT_EVERY:
        out(p, "EMIT EVERY");
        break;
    case AST_EMIT_ON_UPDATE:
        out(p, "EMIT ON UPDATE");
        break;
    }
    if (ast_emit_interval(node) == NULL)
        return;
    out(p, ast_emit_mode(node) == AST_EMIT_AFTER_CLOSE ? " WITH DELAY " : " ");
    print_expr(p, ast_emit_interval(node));
}

void print_late(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    out(p, "LATE ROWS ");
    print_part(p, "OF ", ast_late_alias(node), print_name);
    out(p, ast_late_alias(node) != NULL ? " INTO " : "INTO ");
    print_qname(p, ast_late_into(node));
    if (ast_late_within(node) != NULL) {
        out(p, " WITHIN ");
        print_expr(p, ast_late_within(node));
    }
    out_if(p, ast_late_correct(node), " THEN CORRECT");
}

static void print_metric_header(Printer *p, const AstNode *node)
{
    if (ast_metric_bases(node) != NULL) {
        out(p, " FROM ");
        out_inline(p, ast_metric_bases(node), print_qname);
    }
    print_clause(p, "TITLE", ast_metric_title(node), print_string);
    print_clause(p, "SECTION", ast_metric_section(node), print_string);
    print_clause(p, "OWNER", ast_metric_owner(node), print_string);
    print_clause(p, "DESCRIPTION", ast_metric_description(node), print_string);
    print_clause_parens(p, "TAGS", ast_metric_tags(node), print_string);
    if (ast_metric_is_public(node)) {
        out_line(p);
        out(p, "PUBLIC");
    }
    if (ast_metric_unbounded(node)) {
        out_line(p);
        out(p, "UNBOUNDED");
    }
    if (ast_metric_time(node) != NULL) {
        out_line(p);
        out_comments(p, ast_metric_time(node)->span.start);
        print_part(p, "TIME (", ast_metric_time_column(ast_metric_time(node)), print_name);
        if (ast_metric_time_grain(ast_metric_time(node)) != NULL) {
            out(p, " GRAIN ");
            print_expr(p, ast_metric_time_grain(ast_metric_time(node)));
        }
        out(p, ")");
    }
    print_clause_parens(p, "DIMENSIONS", ast_metric_dimensions(node), print_dimension);
    print_clause_parens(p, "MEASURES", ast_metric_measures(node), print_measure);
    print_clause_parens(p, "RETAIN", ast_metric_retain(node), print_retain);
    AST_EACH(panel, ast_metric_panels(node)) {
        out_line(p);
        out_comments(p, panel->span.start);
        print_panel(p, panel);
    }
    if (ast_metric_emit(node) != NULL) {
        out_line(p);
        print_emit(p, ast_metric_emit(node));
    }
    AST_EACH(late, ast_metric_late(node)) {
        out_line(p);
        print_late(p, late);
    }
}

static bool has_header(const AstNode *node)
{
    for (uint32_t at = AST_AT_metric_title; at < AST_AT_metric_query; at++) {
        bool number = at == AST_AT_metric_is_public || at == AST_AT_metric_unbounded;
        if (number ? node->fields[at].num != 0 : node->fields[at].node != NULL)
            return true;
    }
    return false;
}

static void print_metric(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ .again = ast_metric_or_alter(node),
                                   .again_words = "OR ALTER ",
                                   .what = "METRIC",
                                   .if_not_exists = ast_metric_if_not_exists(node),
                                   .name = ast_metric_name(node) });
    out_indent(p);
    print_metric_header(p, node);
    out_outdent(p);
    if (ast_metric_query(node) == NULL)
        return;
    if (has_header(node))
        out_line(p);
    out(p, has_header(node) ? "AS" : " AS");
    out_line(p);
    out_comments(p, ast_metric_query(node)->span.start);
    print_query(p, ast_metric_query(node));
}

/* ---------------------------------------------------------------- alerts, policies, roles */
static void print_alert_clauses(Printer *p, const AstNode *node)
{
    print_clause(p, "TITLE", ast_alert_title(node), print_string);
    print_clause(p, "OWNER", ast_alert_owner(node), print_string);
    print_clause(p, "DESCRIPTION", ast_alert_description(node), print_string);
    print_clause(p, "AT GRAIN", ast_alert_grain(node), print_expr);
    print_clause(p, "WHEN", ast_alert_condition(node), print_expr);
    print_part(p, " FOR ", ast_alert_windows(node), print_expr);
    out_if(p, ast_alert_windows(node) != NULL, " WINDOWS");
    print_part_inline(p, " PER ", ast_alert_per(node), print_name);
    print_clause(p, "RECOVER WHEN", ast_alert_recover(node), print_expr);
    print_clause(p, "SEVERITY", ast_alert_severity(node), print_name);
    print_clause(p, "COOLDOWN", ast_alert_cooldown(node), print_expr);
    print_clause(p, "NO DATA AFTER", ast_alert_no_data(node), print_expr);
    print_clause_inline(p, "NOTIFY", ast_alert_notify(node), print_expr);
    print_clause(p, "MESSAGE", ast_alert_message(node), print_string);
    print_clause(p, "RUNBOOK", ast_alert_runbook(node), print_string);
}

static void print_alert(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ .again = ast_alert_or_alter(node),
                                   .again_words = "OR ALTER ",
                                   .what = "ALERT",
                                   .name = ast_alert_name(node) });
    out(p, " ON ");
    print_qname(p, ast_alert_metric(node));
    out_indent(p);
    print_alert_clauses(p, node);
    out_outdent(p);
}

static void print_policy(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ .again = ast_policy_or_alter(node),
                                   .again_words = "OR ALTER ",
                                   .what = "POLICY",
                                   .name = ast_policy_name(node) });
    out(p, " ON METRIC ");
    print_qname(p, ast_policy_metric(node));
    out(p, " TO ");
    out_inline(p, ast_policy_roles(node), print_name);
    out_indent(p);
    if (ast_policy_condition(node) != NULL) {
        out_line(p);
        out(p, "USING (");
        print_expr(p, ast_policy_condition(node));
        out(p, ")");
    }
    print_clause_parens(p, "MASK", ast_policy_mask(node), print_name);
    out_outdent(p);
}

static void print_role(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ .again = ast_create_role_or_alter(node),
                                   .again_words = "OR ALTER ",
                                   .what = "ROLE",
                                   .name = ast_create_role_name(node) });
    print_part_inline(p, " FROM GROUP ", ast_create_role_groups(node), print_string);
}

/* ---------------------------------------------------------------- tests */
static void print_rows(Printer *p, const AstNode *columns, const AstNode *rows)
{
    print_part_parens(p, " ", columns, print_qname);
    out(p, " ");
    out_filled(p, rows, print_expr);
}

static void print_given(Printer *p, const AstNode *node)
{
    out(p, "GIVEN ");
    print_qname(p, ast_given_stream(node));
    print_part(p, " PARTITION ", ast_given_partition(node), print_expr);
    if (ast_given_rows(node) != NULL)
        print_rows(p, ast_given_columns(node), ast_given_rows(node));
    print_part(p, " FILE ", ast_given_file(node), print_string);
    print_part(p, " GENERATE ", ast_given_generate(node), print_expr);
    out_if(p, ast_given_generate(node) != NULL, " ROWS");
    if (ast_given_options(node) != NULL) {
        out(p, " WITH ");
        out_parens(p, ast_given_options(node), print_option);
    }
    print_part(p, " SEED ", ast_given_seed(node), print_expr);
}

static void print_expect_error(Printer *p, const AstNode *node)
{
    print_part(p, "EXPECT ERROR ", ast_expect_error_code(node), print_name);
    print_part(p, " AT ", ast_expect_error_line(node), print_expr);
    print_part(p, ":", ast_expect_error_column(node), print_expr);
}

static void print_expect_rows(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_EXPECTS_ROWS] = "EXPECT",
        [AST_EXPECTS_UPDATE] = "EXPECT UPDATE",
        [AST_EXPECTS_DELETE] = "EXPECT DELETE",
        [AST_EXPECTS_PARTIAL] = "EXPECT PARTIAL",
    };
    out(p, WORDS[ast_expect_rows_mode(node)]);
    print_rows(p, ast_expect_rows_columns(node), ast_expect_rows_rows(node));
    print_part(p, " TOLERANCE ", ast_expect_rows_tolerance(node), print_expr);
}

static void print_expect_alert(Printer *p, const AstNode *node)
{
    out(p, "EXPECT ALERT ");
    print_qname(p, ast_expect_alert_name(node));
    if (ast_expect_alert_quiet(node)) {
        out(p, " NOT FIRES");
        return;
    }
    out(p, " FIRES AT ");
    out_inline(p, ast_expect_alert_times(node), print_expr);
}

static void print_test_watermark(Printer *p, const AstNode *node)
{
    out(p, "WATERMARK ");
    if (ast_test_watermark_stream(node) != NULL) {
        print_qname(p, ast_test_watermark_stream(node));
        out(p, " ");
    }
    print_expr(p, ast_test_watermark_time(node));
}

static void print_step(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    switch (node->kind) {
    case AST_GIVEN:
        print_given(p, node);
        break;
    case AST_TEST_WATERMARK:
        print_test_watermark(p, node);
        break;
    case AST_TEST_QUERY:
        out(p, "QUERY ");
        out_indent(p);
        print_query(p, ast_test_query_query(node));
        out_outdent(p);
        break;
    case AST_TEST_RESTART:
        out(p, "RESTART");
        break;
    case AST_TEST_IDLE:
        out(p, "IDLE ");
        print_qname(p, ast_test_idle_stream(node));
        print_part(p, " PARTITION ", ast_test_idle_partition(node), print_expr);
        break;
    case AST_EXPECT_ROWS:
        print_expect_rows(p, node);
        break;
    case AST_EXPECT_NOTHING:
        out(p, "EXPECT NOTHING");
        break;
    case AST_EXPECT_DUPLICATES:
        print_part(p, "EXPECT DUPLICATES ", ast_expect_duplicates_count(node), print_expr);
        break;
    case AST_EXPECT_LATE:
        print_part(p, "EXPECT LATE ", ast_expect_late_count(node), print_expr);
        break;
    case AST_EXPECT_ERROR:
        print_expect_error(p, node);
        break;
    case AST_EXPECT_ALERT:
        print_expect_alert(p, node);
        break;
    case AST_EXPECT_HIDDEN:
        out(p, "EXPECT HIDDEN ");
        out_inline(p, ast_expect_hidden_columns(node), print_name);
        break;
    case AST_EXPECT_PANEL:
        print_part(p, "EXPECT PANEL ", ast_expect_panel_kind(node), print_panel_kind);
        break;
    case AST_EXPECT_SNAPSHOT:
        out(p, "EXPECT SNAPSHOT");
        print_part(p, " ", ast_expect_snapshot_text(node), print_string);
        break;
    default:
        assert(false); /* no step of a test */
    }
}

static void print_test(Printer *p, const AstNode *node)
{
    print_part(p, "TEST ", ast_test_name(node), print_name);
    if (ast_test_subject(node) != NULL) {
        out(p, " FOR ");
        print_qname(p, ast_test_subject(node));
    }
    print_part(p, " AS ROLE ", ast_test_role(node), print_name);
    print_part(p, " ON DATE ", ast_test_date(node), print_string);
    print_part(p, " ZONE ", ast_test_zone(node), print_string);
    AST_EACH(step, ast_test_steps(node)) {
        out_line(p);
        print_step(p, step);
    }
}

bool print_metric_statement(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_METRIC:
        print_metric(p, node);
        return true;
    case AST_ALERT:
        print_alert(p, node);
        return true;
    case AST_POLICY:
        print_policy(p, node);
        return true;
    case AST_CREATE_ROLE:
        print_role(p, node);
        return true;
    case AST_TEST:
        print_test(p, node);
        return true;
    default:
        return false;
    }
}

bool print_metric_part(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_EMIT:
        print_emit(p, node);
        return true;
    case AST_LATE:
        print_late(p, node);
        return true;
    case AST_PANEL:
        print_panel(p, node);
        return true;
    case AST_MEASURE:
        print_measure(p, node);
        return true;
    case AST_DIMENSION:
        print_dimension(p, node);
        return true;
    default:
        return false;
    }
}
