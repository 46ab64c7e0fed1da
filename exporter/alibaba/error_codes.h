// What Alibaba Cloud's error codes ask us to do.
#pragma once

#include <optional>
#include <string_view>

#include "exporter/failure.h"

namespace taskqueue {

/// By the whole code, else by what stands before its last dot, and so on; nothing for a code of no known family.
[[nodiscard]] std::optional<FailureKind> kind_of_alibaba_code(std::string_view code);

/// True for codes that the documents of ECS or of the signature name.
[[nodiscard]] bool is_alibaba_code(std::string_view code);

}  // namespace taskqueue
