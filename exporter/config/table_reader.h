// Takes the keys of one table, each with its kind checked; what nobody took is unknown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/config/complaints.h"
#include "exporter/config/toml_tree.h"

namespace taskqueue {

/// Every function that takes a key gives nothing where the key is absent, and nothing plus a complaint where its value
/// is of the wrong kind.
class TableReader {
 public:
  /// Uses, does not own, `table` and `complaints`. `title` is what the operator wrote: "[queues.transcode]".
  TableReader(const TomlValue& table, std::string title, Complaints& complaints)
      : table_(table), title_(std::move(title)), complaints_(complaints) {}

  [[nodiscard]] bool has(std::string_view key) const { return find_entry(table_, key) != nullptr; }
  [[nodiscard]] const std::string& title() const { return title_; }
  /// Of the whole text, so far.
  [[nodiscard]] std::size_t complaints() const { return complaints_.size(); }

  /// A text that is not empty and has no control characters.
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t least);
  /// A number or an integer.
  [[nodiscard]] std::optional<double> number(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  [[nodiscard]] std::optional<Milliseconds> duration(std::string_view key);
  /// The place of the text in `words`.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view key, std::span<const std::string_view> words);
  /// A list of texts, at least one, none twice. `instead` says what to do rather than give an empty list.
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key, std::string_view instead);
  [[nodiscard]] const TomlValue* list(std::string_view key);
  [[nodiscard]] const TomlValue* table(std::string_view key);
  /// A value of any kind, which the caller checks.
  [[nodiscard]] const TomlValue* any(std::string_view key);

  /// A key that must be there. `sentence` goes on after "[queues.x] has no KEY: ".
  void require(std::string_view key, std::string sentence);
  /// A key that is known but wrong here. `sentence` is the whole complaint; silent where the key is absent.
  void refuse(std::string_view key, std::string_view sentence);
  /// Complains about the value of `key`, which must be there.
  void complain(std::string_view key, std::string sentence);

  /// Complains about keys that nobody took and keys that are missing. Call it last. `place` is the heading's.
  void finish(TomlPlace place);

 private:
  struct Missing {
    std::string key;
    std::string sentence;
  };

  const TomlValue* take(std::string_view key, TomlKind wanted);
  void complain_unknown(const TomlEntry& entry, std::string_view meant);
  [[nodiscard]] std::vector<std::string_view> absent_keys() const;

  const TomlValue& table_;
  const std::string title_;
  Complaints& complaints_;
  std::set<std::string> known_;
  std::vector<std::string> refused_;
  std::vector<Missing> missing_;
};

}  // namespace taskqueue
