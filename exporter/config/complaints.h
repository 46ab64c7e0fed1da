// Gathers what is wrong with one text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/complaint.h"
#include "exporter/config/source_line.h"
#include "exporter/config/toml_tree.h"

namespace taskqueue {

class Complaints {
 public:
  /// Uses, does not own, `text`. `file` is the name that complaints show.
  Complaints(std::string_view text, std::string file) : lines_(text), file_(std::move(file)) {}

  /// `sentence` must not hold a secret; the line shown hides them itself. No place: the file as a whole.
  void add(TomlPlace place, std::string sentence);

  [[nodiscard]] bool empty() const { return complaints_.empty(); }
  [[nodiscard]] std::size_t size() const { return complaints_.size(); }
  /// True where a value on this line may be a secret and must not be put into a sentence.
  [[nodiscard]] bool hides(TomlPlace place) const { return lines_.hides(place.line); }
  /// The line of this place as it may be shown.
  [[nodiscard]] std::string shown(TomlPlace place) const { return lines_.shown(place.line); }
  /// All of them in the file's order.
  [[nodiscard]] std::vector<Complaint> take();

 private:
  SourceLines lines_;
  std::string file_;
  std::vector<Complaint> complaints_;
};

}  // namespace taskqueue
