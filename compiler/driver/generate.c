/* generate.c -- sqc generate: invented events. */
#include "compiler/driver/generate_kafka.h"

#include <stdio.h>

static int list_generators(void)
{
    uint32_t count;
    const Generator *all = generators(&count);
    for (uint32_t i = 0; i < count; i++)
        printf("%-8s %s\n         writes %s\n", all[i].name, all[i].description, all[i].files);
    return EXIT_DONE;
}

int command_generate(const Args *args)
{
    if (args->paths.count == 0)
        return list_generators();
    if (args->paths.count > 1)
        return usage_error(args, "one generator at a time");
    const Generator *generator = generator_find(args->paths.items[0]);
    if (generator == NULL)
        return usage_error(args, "there is no generator '%.*s' (sqc generate lists them)",
                           STR_ARG(args->paths.items[0]));
    Str folder = args_value(args, "--out");
    uint64_t malformed = 0, duplicates = 0;
    GenerateOptions options = { .out_folder = folder.data == NULL ? "." : folder.data, .seed = 1 };
    if (!args_number(args, "--rows", 1, &options.rows) || !args_number(args, "--seed", 0, &options.seed) ||
        !args_number(args, "--malformed", 0, &malformed) || !args_number(args, "--duplicates", 0, &duplicates))
        return EXIT_USAGE;
    if (malformed > 1000000 || duplicates > 1000000)
        return usage_error(args, "at most 1000000 rows per million");
    options.malformed_per_million = (uint32_t)malformed;
    options.duplicates_per_million = (uint32_t)duplicates;
    Str to = args_value(args, "--to");
    if (to.data != NULL && !str_equal(to, STR("kafka")))
        return usage_error(args, "--to is kafka, not '%.*s'", STR_ARG(to));
    if (to.data != NULL)
        return generate_kafka(args, generator, &options);
    if (args_has(args, "--rate") || args_has(args, "--servers") || args_has(args, "--topic"))
        return usage_error(args, "--rate, --servers and --topic go with --to kafka");
    RtError error;
    if (generator->run(&options, &error) != RT_OK) {
        fprintf(stderr, "sqc: %s\n", error.text);
        return EXIT_UNREACHABLE;
    }
    fprintf(stderr, "%llu events into %s: %s\n",
            (unsigned long long)(options.rows == 0 ? generator->rows_default : options.rows), options.out_folder,
            generator->files);
    return EXIT_DONE;
}
