#include "exporter/config/table_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "exporter/config/duration.h"
#include "exporter/config/nearest.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

std::string needs_unit(std::string_view key, const TomlValue& value) {
  const bool is_whole = value.kind == TomlKind::integer && value.integer > 0;
  const std::string example = in_quotes(is_whole ? std::to_string(value.integer) + 's' : "30s");
  return std::string(key) + " needs a text with a unit, such as " + example + ", but this is " +
         std::string(kind_name(value.kind)) + ": write the number with its unit (ms, s, m, h, d) in quotes";
}

}  // namespace

const TomlValue* TableReader::any(std::string_view key) {
  known_.emplace(key);
  const TomlEntry* entry = find_entry(table_, key);
  return entry == nullptr ? nullptr : &entry->value;
}

const TomlValue* TableReader::take(std::string_view key, TomlKind wanted) {
  const TomlValue* value = any(key);
  if (value == nullptr || value->kind == wanted) return value;
  complaints_.add(value->place, wrong_kind(key, *value, wanted, !complaints_.hides(value->place)));
  return nullptr;
}

std::optional<std::string> TableReader::text(std::string_view key) {
  const TomlValue* value = take(key, TomlKind::string);
  if (value == nullptr) return std::nullopt;
  if (value->string.empty()) {
    complain(key, std::string(key) + " is \"\", an empty text: give it a value, or remove it");
    return std::nullopt;
  }
  if (has_control_characters(value->string)) {
    complain(key, std::string(key) + " holds a line break or another control character: remove it");
    return std::nullopt;
  }
  return value->string;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least) {
  const TomlValue* value = take(key, TomlKind::integer);
  if (value == nullptr) return std::nullopt;
  if (value->integer < least) {
    complain(key, std::string(key) + " = " + std::to_string(value->integer) + " is too small: write at least " +
                      std::to_string(least));
    return std::nullopt;
  }
  return value->integer;
}

std::optional<double> TableReader::number(std::string_view key) {
  const TomlValue* value = any(key);
  if (value != nullptr && value->kind == TomlKind::integer) return static_cast<double>(value->integer);
  value = take(key, TomlKind::number);
  if (value == nullptr) return std::nullopt;
  if (!std::isfinite(value->number)) {
    complain(key, std::string(key) + " is not finite: write a number in digits");
    return std::nullopt;
  }
  return value->number;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const TomlValue* value = take(key, TomlKind::boolean);
  return value == nullptr ? std::nullopt : std::optional(value->boolean);
}

std::optional<Milliseconds> TableReader::duration(std::string_view key) {
  const TomlValue* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != TomlKind::string) {
    complain(key, needs_unit(key, *value));
    return std::nullopt;
  }
  const auto duration = parse_duration(value->string);
  if (!duration) {
    complain(key, std::string(key) + " = " + duration.error());
    return std::nullopt;
  }
  return *duration;
}

std::optional<std::size_t> TableReader::choice(std::string_view key, std::span<const std::string_view> words) {
  const TomlValue* value = any(key);
  if (value != nullptr && value->kind != TomlKind::string) {
    complain(key, std::string(key) + " is " + one_of(words) + ", but this is " + std::string(kind_name(value->kind)) +
                      ": write one word in quotes");
    return std::nullopt;
  }
  const auto word = text(key);
  if (!word) return std::nullopt;
  const auto found = std::ranges::find(words, *word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  complain(key, std::string(key) + " is " + one_of(words) + ", not " + in_quotes(*word) + did_you_mean(*word, words));
  return std::nullopt;
}

std::optional<std::vector<std::string>> TableReader::texts(std::string_view key, std::string_view instead) {
  const TomlValue* list = take(key, TomlKind::array);
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const TomlValue& item : list->items) {
    if (item.kind != TomlKind::string) {
      complaints_.add(item.place, wrong_kind("each item of " + std::string(key), item, TomlKind::string, true));
    } else if (item.string.empty() || has_control_characters(item.string)) {
      complaints_.add(item.place,
                      "an item of " + std::string(key) + " is empty or holds control characters: write a name");
    } else if (std::ranges::find(texts, item.string) != texts.end()) {
      complaints_.add(item.place, in_quotes(item.string) + " stands twice in " + std::string(key) + ": remove one");
    } else {
      texts.push_back(item.string);
    }
  }
  if (list->items.empty()) complain(key, std::string(key) + " is an empty list: " + std::string(instead));
  return texts;
}

const TomlValue* TableReader::list(std::string_view key) { return take(key, TomlKind::array); }

const TomlValue* TableReader::table(std::string_view key) { return take(key, TomlKind::table); }

void TableReader::require(std::string_view key, std::string sentence) {
  if (!has(key)) missing_.push_back({std::string(key), std::move(sentence)});
}

void TableReader::refuse(std::string_view key, std::string_view sentence) {
  const TomlEntry* entry = find_entry(table_, key);
  refused_.emplace_back(key);
  if (entry != nullptr) complaints_.add(entry->place, std::string(sentence));
}

void TableReader::complain(std::string_view key, std::string sentence) {
  const TomlEntry* entry = find_entry(table_, key);
  if (entry != nullptr) complaints_.add(entry->value.place, std::move(sentence));
}

std::vector<std::string_view> TableReader::absent_keys() const {
  std::vector<std::string_view> absent;
  for (const std::string& key : known_) {
    if (!has(key)) absent.push_back(key);
  }
  return absent;
}

void TableReader::complain_unknown(const TomlEntry& entry, std::string_view meant) {
  std::string sentence = (entry.value.kind == TomlKind::table ? "unknown table " : "unknown key ") +
                         in_quotes(entry.key) + " in " + title_ + ": ";
  if (!meant.empty()) {
    sentence += "did you mean " + in_quotes(meant) + '?';
  } else {
    sentence += "remove it; known here are " + enumerated(std::vector<std::string_view>(known_.begin(), known_.end()));
  }
  complaints_.add(entry.place, std::move(sentence));
}

void TableReader::finish(TomlPlace place) {
  const std::vector<std::string_view> absent = absent_keys();
  for (const TomlEntry& entry : table_.entries) {
    if (known_.contains(entry.key)) continue;
    if (std::ranges::find(refused_, entry.key) != refused_.end()) continue;
    const std::string_view meant = nearest(entry.key, absent);
    complain_unknown(entry, meant);
    std::erase_if(missing_, [&](const Missing& missing) { return missing.key == meant; });
  }
  for (const Missing& missing : missing_) {
    complaints_.add(place, title_ + " has no " + missing.key + ": " + missing.sentence);
  }
}

}  // namespace taskqueue
