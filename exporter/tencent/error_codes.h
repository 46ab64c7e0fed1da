// What Tencent Cloud's error codes ask us to do.
#pragma once

#include <string_view>

#include "exporter/failure.h"

namespace taskqueue {

/// By the whole code, else by what stands before its first dot, else `request`.
[[nodiscard]] FailureKind kind_of_tencent_code(std::string_view code);

/// True for codes that the documents of API 3.0 or of our actions name.
[[nodiscard]] bool is_tencent_code(std::string_view code);

}  // namespace taskqueue
