#include "exporter/config/toml_tree.h"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace taskqueue {
namespace {

TomlPlace place_of(const toml::source_region& source) { return {source.begin.line, source.begin.column}; }

TomlValue value_of(const toml::node& node);

std::vector<TomlEntry> entries_of(const toml::table& table) {
  std::vector<TomlEntry> entries;
  entries.reserve(table.size());
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), place_of(key.source()), value_of(node)});
  }
  std::ranges::stable_sort(entries, {}, &TomlEntry::place);  // the library sorts by name
  return entries;
}

std::vector<TomlValue> items_of(const toml::array& array) {
  std::vector<TomlValue> items;
  items.reserve(array.size());
  for (const toml::node& node : array) items.push_back(value_of(node));
  return items;
}

/// As deep as the text is nested, for which the library has a limit.
TomlValue value_of(const toml::node& node) {
  TomlValue value;
  value.place = place_of(node.source());
  if (const auto* table = node.as_table()) {
    value.kind = TomlKind::table;
    value.entries = entries_of(*table);
  } else if (const auto* array = node.as_array()) {
    value.kind = TomlKind::array;
    value.items = items_of(*array);
  } else if (const auto* string = node.as_string()) {
    value.kind = TomlKind::string;
    value.string = string->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = TomlKind::integer;
    value.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = TomlKind::number;
    value.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = TomlKind::boolean;
    value.boolean = boolean->get();
  } else {
    value.kind = TomlKind::date;
  }
  return value;
}

}  // namespace

const TomlEntry* find_entry(const TomlValue& table, std::string_view key) {
  const auto found = std::ranges::find(table.entries, key, &TomlEntry::key);
  return found == table.entries.end() ? nullptr : &*found;
}

Result<TomlValue, TomlError> parse_toml(std::string_view text) {
  try {
    return value_of(toml::parse(text, std::string_view{}));
  } catch (const toml::parse_error& error) {
    return Unexpected(TomlError{place_of(error.source()), std::string(error.description())});
  }
}

}  // namespace taskqueue
