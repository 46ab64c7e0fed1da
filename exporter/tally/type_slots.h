// Which types have a label value of their own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// Gives types their label values: the first `max_types` ever seen keep their names, documented ones first.
class TypeSlots {
 public:
  /// Writes to, does not own, `slots`.
  TypeSlots(std::vector<std::string>& slots, std::size_t max_types, const Vocabulary& vocabulary);

  /// The type itself, of a long one the beginning, or "other" for good.
  [[nodiscard]] std::string name(const std::string& listed);

 private:
  std::vector<std::string>& slots_;
  const std::size_t max_types_;
};

}  // namespace taskqueue
