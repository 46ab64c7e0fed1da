// What is wrong with the configuration, where, and what to do.
#pragma once

#include <cstddef>
#include <string>

namespace taskqueue {

struct Complaint {
  std::string file;
  std::size_t line = 0;    // from 1; 0: the file as a whole
  std::size_t column = 0;  // from 1, in characters
  std::string sentence;    // what is wrong and what to do
  std::string source;      // the line itself, or empty

  bool operator==(const Complaint&) const = default;
};

/// `file:line:column: sentence`, then the line and a caret under the column. Ends in a newline.
[[nodiscard]] std::string describe(const Complaint& complaint);

}  // namespace taskqueue
