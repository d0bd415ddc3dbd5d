/* commands.c -- the table of verbs and the options of each. */
#include "compiler/driver/command.h"

#define FORMAT_OPTION      { "--format", "text|csv|json|ndjson|md", "how rows are printed (text)", false }
#define PROFILE_OPTION     { "--profile", "NAME", "the place to run in: [profile.NAME] in sqc.toml", false }
#define DIAGNOSTICS_OPTION { "--diagnostics", "text|json|sarif", "how findings are printed (text)", false }

static const CommandOption OPTIONS_init[] = {
    { "--name", "NAME", "the name of the project (that of the folder)", false },
};

static const CommandOption OPTIONS_infer[] = {
    { "--name", "NAME", "the name of the stream (that of the file)", false },
    { "--format", "json|csv", "what the file holds (told from its first line)", false },
    { "--rows", "N", "rows that are looked at (100000)", false },
};

static const CommandOption OPTIONS_check[] = {
    { "--syntax", NULL, "stop after parsing", false },
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_lint[] = {
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_run[] = {
    { "--replay", "[STREAM=]PATH",
      "events of a stream: a file (.gz and .zst too), a pattern, - for standard input, or a folder "
      "of <stream>.ndjson",
      true },
    PROFILE_OPTION,
    FORMAT_OPTION,
    { "--out", "FOLDER", "write each result into a file of its own", false },
    { "--limit-rows", "N", "stop after so many rows", false },
    { "--speed", "60x|max", "replay as events came, so many times faster: the rows are the same (max)", false },
    { "--watch", NULL, "run again when a file is saved", false },
    { "--batch-rows", "N", "rows handed through the operators at once (1024)", false },
    { "--open-end", NULL, "leave windows open that the input does not close", false },
    { "--state-memory", "SIZE", "most memory for keyed state (4 GB)", false },
    { "--tier", "auto|fast|optimized",
      "which code runs (auto: unoptimised at once, optimised when ready; optimized: wait for it after the first batch)",
      false },
    { "--keep", NULL, "leave what earlier runs of the project stored", false },
    { "--interpret", NULL, "run in the reference interpreter, slowly", false },
    { "--restart-every-batch", NULL, "kill and restore the task at every batch: changes nothing", false },
    { "--disable-rule", "RULE", "switch an optimiser rule off (sqc help rules)", true },
    { "--quiet", NULL, "no summary", false },
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_tail[] = {
    { "--replay", "[STREAM=]PATH", "events of a stream, as for run", true },
    PROFILE_OPTION,
    { "--limit-rows", "N", "stop after so many rows", false },
    { "--format", "text|ndjson", "how rows are printed (text)", false },
    { "--quiet", NULL, "no summary", false },
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_test[] = {
    { "--filter", "NAME", "tests with this in their name, of this metric, or of a pattern such as 'ads.*'", true },
    { "--update", NULL, "write the rows that came into EXPECT SNAPSHOT", false },
    { "--seed", "N", "shuffle rows as the failure did that printed it", false },
    { "--all", NULL, "also code loaded from object files, unoptimised and optimised", false },
    { "--junit", "FILE", "also write the outcomes as JUnit XML, for CI", false },
    { "--watch", NULL, "run them again when a file is saved", false },
    { "--verbose", NULL, "who judged each test, how long it took, and the slowest", false },
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_fmt[] = {
    { "--check", NULL, "change nothing; exit code 1 when something would change", false },
};

static const CommandOption OPTIONS_explain[] = {
    { "--why-open", "METRIC", "which windows are open at the end of a replay, and which input holds them since when",
      false },
    { "--replay", "[STREAM=]PATH", "events of a stream, as for run: with --why-open", true },
    PROFILE_OPTION,
    { "--emit", "STAGE", "one stage: ast, logical, optimized, physical, ir, optimized-ir, assembly, object", false },
    { "--disable-rule", "RULE", "switch an optimiser rule off (sqc help rules)", true },
    DIAGNOSTICS_OPTION,
};

static const CommandOption OPTIONS_query[] = {
    { "--by", "DIMENSION,..", "the dimensions to tell rows apart by (none: all together)", false },
    { "--where", "CONDITION", "over dimensions and time, as in SQL", false },
    { "--grain", "INTERVAL", "how long a window is (the metric's own)", false },
    { "--last", "INTERVAL", "so much before the metric's watermark", false },
    { "--compare", "INTERVAL", "the same so much earlier, in columns beside (repeatable)", true },
    { "--as", "ROLE", "with the rules of this role (none: all, as the author)", false },
    { "--attribute", "NAME=VALUE", "what CURRENT_USER_ATTRIBUTES holds", true },
    { "--from", "TIME", "windows from this time on", false },
    { "--to", "TIME", "windows before this time", false },
    FORMAT_OPTION,
    { "--quiet", NULL, "no word about the watermark", false },
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_lineage[] = {
    { "--format", "text|json|mermaid", "how it is printed (text)", false },
    DIAGNOSTICS_OPTION,
    { "--color", "auto|always|never", "colours (auto; NO_COLOR is heeded)", false },
};

static const CommandOption OPTIONS_generate[] = {
    { "--out", "FOLDER", "where the files go (.)", false },
    { "--rows", "N", "events in all", false },
    { "--seed", "N", "another seed gives other events (1)", false },
    { "--malformed", "N", "rows per million that are cut short or wrong", false },
    { "--duplicates", "N", "rows per million that come twice", false },
    { "--to", "kafka", "events go to topics named as the files would be, which are there already", false },
    { "--servers", "LIST", "of the cluster (localhost:9092)", false },
    { "--topic", "NAME", "another topic, of a generator that feeds one", false },
    { "--property", "NAME=VALUE", "of Kafka's client, such as compression.type=lz4; may be given again", false },
    { "--rate", "N", "events a second, as long as they last", false },
};

static const CommandOption OPTIONS_doctor[] = { { "--format", "text|json", "how it is printed", false } };
static const CommandOption OPTIONS_version[] = { { "--format", "text|json", "how it is printed", false } };
static const CommandOption OPTIONS_help[] = { { "--format", "md|text", "how a list is printed", false } };

const Command COMMANDS[] = {
#define COMMAND(name, group, operands, summary, examples)                                                              \
    { #name,                                                                                                           \
      group,                                                                                                           \
      operands,                                                                                                        \
      summary,                                                                                                         \
      command_##name,                                                                                                  \
      OPTIONS_##name,                                                                                                  \
      sizeof OPTIONS_##name / sizeof OPTIONS_##name[0],                                                                \
      examples },
#include "compiler/driver/commands.def"
#undef COMMAND
};

const uint32_t COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0];
