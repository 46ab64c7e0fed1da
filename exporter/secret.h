// A string that must not be seen: it has no way out but reveal(), which signing and the password check use.
#pragma once

#include <string>
#include <utility>

namespace taskqueue {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

}  // namespace taskqueue
