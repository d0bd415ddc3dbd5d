// toml_file.cpp -- see toml_file.h: the one file that knows toml++.
#include "compiler/project/toml_file.h"

#define TOML_EXCEPTIONS        0
#define TOML_HEADER_ONLY       1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cstdio>
#include <string>

namespace
{

TomlValue value_of(const std::string &path, const toml::node &node, std::string &text)
{
    TomlValue value = {};
    value.path = path.c_str();
    value.line = node.source().begin.line;
    value.column = node.source().begin.column;
    value.kind = TOML_OTHER;
    if (node.is_table()) {
        value.kind = TOML_TABLE;
    } else if (const auto *string = node.as_string()) {
        text = string->get();
        value.kind = TOML_STRING;
    } else if (const auto *integer = node.as_integer()) {
        value.integer = integer->get();
        value.kind = TOML_INTEGER;
    } else if (const auto *boolean = node.as_boolean()) {
        value.integer = boolean->get() ? 1 : 0;
        value.kind = TOML_BOOLEAN;
    }
    value.text = text.c_str();
    return value;
}

void visit_table(const toml::table &table, const std::string &prefix, TomlVisit *visit, void *user)
{
    for (const auto &[key, node] : table) {
        const std::string path = prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
        std::string text;
        const TomlValue value = value_of(path, node, text);
        visit(user, &value);
        if (node.is_table())
            visit_table(*node.as_table(), path, visit, user);
    }
}

} // namespace

bool toml_each(const char *text, size_t len, TomlVisit *visit, void *user, TomlError *error)
{
    const toml::parse_result result = toml::parse(std::string_view(text, len));
    if (!result) {
        const auto &failure = result.error();
        std::snprintf(error->reason, sizeof error->reason, "%.*s", static_cast<int>(failure.description().size()),
                      failure.description().data());
        error->line = failure.source().begin.line;
        error->column = failure.source().begin.column;
        return false;
    }
    visit_table(result.table(), "", visit, user);
    return true;
}
