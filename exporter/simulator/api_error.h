// An error as an API names it.
#pragma once

#include <string>

#include "exporter/result.h"

namespace taskqueue::simulator {

struct ApiError {
  std::string code;
  std::string message;
  int status = 400;  // Alibaba's; Tencent says 200 whatever happens

  bool operator==(const ApiError&) const = default;
};

/// Nothing, or why not.
using Verdict = Result<Done, ApiError>;

[[nodiscard]] inline Unexpected<ApiError> refuse(std::string code, std::string message, int status = 400) {
  return Unexpected(ApiError{std::move(code), std::move(message), status});
}

}  // namespace taskqueue::simulator
