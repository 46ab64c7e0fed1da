// The name and password that a request carries (RFC 7617).
#pragma once

#include <optional>
#include <string>

#include "exporter/secret.h"
#include "exporter/web/request.h"

namespace taskqueue::web {

struct Login {
  std::string user;
  Secret password;
};

/// Nothing where the request has none, or none in Basic's form.
[[nodiscard]] std::optional<Login> login_of(const Request& request);

}  // namespace taskqueue::web
