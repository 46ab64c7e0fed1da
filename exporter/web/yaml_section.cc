#include "exporter/web/yaml_section.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "exporter/config/nearest.h"
#include "exporter/config/wording.h"

namespace taskqueue::web {
namespace {

std::string_view kind(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  return "a single value";
}

std::string_view line_at(std::string_view text, std::size_t number) {
  for (; number > 0 && !text.empty(); --number) text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

/// YAML 1.1's words, as exporter-toolkit's reader has them.
std::optional<bool> truth(std::string_view word) {
  static constexpr std::array<std::string_view, 11> yes{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                        "True", "TRUE", "on",  "On",  "ON"};
  static constexpr std::array<std::string_view, 11> no{"n",     "N",     "no",  "No",  "NO", "false",
                                                       "False", "FALSE", "off", "Off", "OFF"};
  if (std::ranges::find(yes, word) != yes.end()) return true;
  if (std::ranges::find(no, word) != no.end()) return false;
  return std::nullopt;
}

/// Quoted words are texts, whatever they say.
bool is_quoted(const YAML::Node& node) { return node.Tag() == "!"; }

}  // namespace

Complaint YamlComplaints::complaint(const YAML::Mark& mark, const std::string& sentence, Showing showing) const {
  Complaint complaint{.file = file_, .sentence = harmless(sentence)};
  if (mark.is_null()) return complaint;
  complaint.line = static_cast<std::size_t>(mark.line) + 1;
  complaint.column = static_cast<std::size_t>(mark.column) + 1;
  const std::string line = harmless(line_at(text_, static_cast<std::size_t>(mark.line)));
  const auto colon = line.find(':');
  if (showing == Showing::line) complaint.source = line;
  if (showing == Showing::key && colon != std::string::npos) complaint.source = line.substr(0, colon + 1) + " ***";
  return complaint;
}

void YamlComplaints::add(const YAML::Mark& mark, const std::string& sentence, Showing showing) {
  complaints_.push_back(complaint(mark, sentence, showing));
}

void YamlComplaints::warn(const YAML::Mark& mark, const std::string& sentence) {
  warnings_.push_back(complaint(mark, sentence, Showing::line));
}

std::vector<Complaint> YamlComplaints::take() {
  std::ranges::stable_sort(complaints_, [](const auto& a, const auto& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return std::move(complaints_);
}

YamlSection::YamlSection(const YAML::Node& node, std::string title, YamlComplaints& complaints)
    : title_(std::move(title)), complaints_(complaints), begin_(YAML::Mark::null_mark()) {
  if (!node.IsDefined() || node.IsNull()) return;
  begin_ = node.Mark();
  if (!node.IsMap()) {
    complaints_.add(begin_, title_ + " is " + std::string(kind(node)) + ", but must be a mapping of keys to values",
                    Showing::key);
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const YAML::Node& key = entry.first;
    if (!key.IsScalar()) {
      complaints_.add(key.Mark(), "a key of " + title_ + " must be a single word", Showing::key);
    } else if (!seen.insert(key.Scalar()).second) {
      complaints_.add(key.Mark(), in_quotes(key.Scalar()) + " stands in " + title_ + " twice: leave one out",
                      Showing::key);
    } else {
      entries_.push_back({key.Scalar(), key.Mark(), entry.second});
    }
  }
}

const YamlEntry* YamlSection::take(std::string_view key) {
  known_.emplace(key);
  const auto found = std::ranges::find(entries_, key, &YamlEntry::key);
  return found == entries_.end() || found->value.IsNull() ? nullptr : &*found;
}

void YamlSection::complain_kind(const YamlEntry& entry, std::string_view wanted) {
  complaints_.add(entry.value.Mark(),
                  entry.key + " is " + std::string(kind(entry.value)) + ", but must be " + std::string(wanted),
                  Showing::key);
}

std::optional<YamlWord> YamlSection::text(std::string_view key, bool secret) {
  const YamlEntry* const entry = take(key);
  if (entry == nullptr) return std::nullopt;
  if (!entry->value.IsScalar()) {
    complain_kind(*entry, secret ? "a text" : "a single value");
    return std::nullopt;
  }
  if (entry->value.Scalar().empty()) return std::nullopt;
  return YamlWord{entry->value.Scalar(), entry->value.Mark()};
}

std::optional<bool> YamlSection::boolean(std::string_view key) {
  const YamlEntry* const entry = take(key);
  if (entry == nullptr) return std::nullopt;
  const auto value = entry->value.IsScalar() && !is_quoted(entry->value) ? truth(entry->value.Scalar()) : std::nullopt;
  if (!value) complaints_.add(entry->value.Mark(), std::string(key) + " must be true or false", Showing::line);
  return value;
}

std::optional<std::int64_t> YamlSection::integer(std::string_view key) {
  const YamlEntry* const entry = take(key);
  if (entry == nullptr) return std::nullopt;
  const std::string& text = entry->value.IsScalar() ? entry->value.Scalar() : "";
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!text.empty() && error == std::errc{} && stop == text.data() + text.size() && !is_quoted(entry->value))
    return value;
  complaints_.add(entry->value.Mark(), std::string(key) + " must be a whole number", Showing::line);
  return std::nullopt;
}

std::optional<std::vector<YamlWord>> YamlSection::words(std::string_view key) {
  const YamlEntry* const entry = take(key);
  if (entry == nullptr) return std::nullopt;
  if (!entry->value.IsSequence()) {
    complain_kind(*entry, "a list: [A, B]");
    return std::nullopt;
  }
  std::vector<YamlWord> words;
  for (const YAML::Node& item : entry->value) {
    if (item.IsScalar()) {
      words.push_back({item.Scalar(), item.Mark()});
    } else if (!item.IsNull()) {
      complaints_.add(item.Mark(), "each item of " + std::string(key) + " must be a single value", Showing::line);
    }
  }
  return words;
}

YamlSection YamlSection::section(std::string_view key) {
  const YamlEntry* const entry = take(key);
  return {entry == nullptr ? YAML::Node() : entry->value, std::string(key), complaints_};
}

std::vector<YamlEntry> YamlSection::entries() {
  std::vector<YamlEntry> scalars;
  for (const YamlEntry& entry : entries_) {
    known_.insert(entry.key);
    if (entry.value.IsScalar() || entry.value.IsNull()) {
      scalars.push_back(entry);
    } else {
      complain_kind(entry, "a text");
    }
  }
  return scalars;
}

void YamlSection::complain(std::string_view key, const std::string& sentence, Showing showing) {
  const auto found = std::ranges::find(entries_, key, &YamlEntry::key);
  complaints_.add(found == entries_.end() ? begin_ : found->value.Mark(), sentence, showing);
}

void YamlSection::warn(std::string_view key, const std::string& sentence) {
  const auto found = std::ranges::find(entries_, key, &YamlEntry::key);
  if (found != entries_.end()) complaints_.warn(found->value.Mark(), sentence);
}

void YamlSection::finish() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const YamlEntry& entry : entries_) {
    if (known_.contains(entry.key)) continue;
    complaints_.add(entry.key_mark, title_ + " has no key " + in_quotes(entry.key) + did_you_mean(entry.key, known),
                    Showing::key);
  }
}

}  // namespace taskqueue::web
