// Takes the keys of one YAML mapping, each with its kind checked; what nobody took is unknown, what comes twice is
// wrong.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/complaint.h"

namespace taskqueue::web {

/// Whether the line of a complaint may be shown whole, or, since it may hold a secret, only up to the key's colon.
enum class Showing { line, key };

/// Gathers what is wrong with one YAML text.
class YamlComplaints {
 public:
  /// Uses, does not own, `text`. `file` is the name that complaints show.
  YamlComplaints(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  void add(const YAML::Mark& mark, const std::string& sentence, Showing showing);
  void warn(const YAML::Mark& mark, const std::string& sentence);

  [[nodiscard]] bool empty() const { return complaints_.empty(); }
  /// All of them in the file's order.
  [[nodiscard]] std::vector<Complaint> take();
  [[nodiscard]] std::vector<Complaint> take_warnings() { return std::move(warnings_); }

 private:
  [[nodiscard]] Complaint complaint(const YAML::Mark& mark, const std::string& sentence, Showing showing) const;

  const std::string_view text_;
  const std::string file_;
  std::vector<Complaint> complaints_;
  std::vector<Complaint> warnings_;
};

struct YamlWord {
  std::string text;
  YAML::Mark mark;
};

struct YamlEntry {
  std::string key;
  YAML::Mark key_mark;
  YAML::Node value;
};

/// Every function that takes a key gives nothing where the key is absent or null, and nothing plus a complaint where
/// its value is of the wrong kind.
class YamlSection {
 public:
  /// Uses, does not own, `complaints`. `node` is a mapping, or null for an empty one; else a complaint.
  /// `title` is how complaints name it: "tls_server_config".
  YamlSection(const YAML::Node& node, std::string title, YamlComplaints& complaints);

  /// Any scalar, as it is written; an empty text is as if it were absent. `secret` values are never shown.
  [[nodiscard]] std::optional<YamlWord> text(std::string_view key, bool secret = false);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key);
  [[nodiscard]] std::optional<std::vector<YamlWord>> words(std::string_view key);
  [[nodiscard]] YamlSection section(std::string_view key);
  /// All entries, for mappings with free keys; their values are scalars.
  [[nodiscard]] std::vector<YamlEntry> entries();

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// Complains at the value of `key`; at the section's begin where the key is absent.
  void complain(std::string_view key, const std::string& sentence, Showing showing = Showing::line);
  void warn(std::string_view key, const std::string& sentence);

  /// Complains about keys that nobody took. Call it last.
  void finish();

 private:
  const YamlEntry* take(std::string_view key);
  void complain_kind(const YamlEntry& entry, std::string_view wanted);

  const std::string title_;
  YamlComplaints& complaints_;
  YAML::Mark begin_;
  std::vector<YamlEntry> entries_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace taskqueue::web
