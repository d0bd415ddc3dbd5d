/* corpus_main.c -- runs a fuzz target over each file of its corpus, and over each of its prefixes: a test without a
 * fuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_BYTES_MAX = 1 << 16, PREFIXES_MAX = 512 };

static int run_file(const char *name)
{
    char path[512];
    static uint8_t data[FILE_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", SQC_FUZZ_CORPUS, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(data, 1, sizeof data, file);
    fclose(file);
    for (size_t cut = 0; cut < len && cut < PREFIXES_MAX; cut++)
        LLVMFuzzerTestOneInput(data, cut);
    LLVMFuzzerTestOneInput(data, len);
    return 1;
}

int main(void)
{
    DIR *folder = opendir(SQC_FUZZ_CORPUS);
    if (folder == NULL)
        return EXIT_FAILURE;
    int count = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.')
            count += run_file(entry->d_name);
    }
    closedir(folder);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
