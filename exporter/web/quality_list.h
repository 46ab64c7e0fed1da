// Reads headers that weigh alternatives: `text/plain;version=0.0.4;q=0.5, */*;q=0.1`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace taskqueue::web {

struct Weighted {
  struct Parameter {
    std::string name;  // in small letters
    std::string value;

    bool operator==(const Parameter&) const = default;
  };
  std::string value;  // in small letters
  std::vector<Parameter> parameters;
  double quality = 1;

  /// The parameter's value; empty if there is none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  bool operator==(const Weighted&) const = default;
};

/// In the order of the header. Elements that are empty or broken are left out, also those whose quality is no number
/// from 0 to 1. Quoted strings may hold anything.
[[nodiscard]] std::vector<Weighted> parse_quality_list(std::string_view header);

}  // namespace taskqueue::web
