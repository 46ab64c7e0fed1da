// A TOML text as plain values that know their place. The only door to the TOML library.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/result.h"

namespace taskqueue {

struct TomlPlace {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1, in characters

  auto operator<=>(const TomlPlace&) const = default;
};

enum class TomlKind { table, array, string, integer, number, boolean, date };

struct TomlEntry;

struct TomlValue {
  TomlKind kind = TomlKind::table;
  TomlPlace place;

  // The one that `kind` says.
  std::string string;
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<TomlValue> items;    // of an array
  std::vector<TomlEntry> entries;  // of a table, in the file's order
};

struct TomlEntry {
  std::string key;
  TomlPlace place;  // the key's
  TomlValue value;
};

/// The value under `key`; null where there is none.
[[nodiscard]] const TomlEntry* find_entry(const TomlValue& table, std::string_view key);

/// Where a text stops being TOML, and the library's word for it.
struct TomlError {
  TomlPlace place;
  std::string reason;
};

/// Reads a whole text, a table. It must be UTF-8 without byte order mark.
[[nodiscard]] Result<TomlValue, TomlError> parse_toml(std::string_view text);

}  // namespace taskqueue
