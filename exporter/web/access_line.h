// One line of the debug log for each answer.
#pragma once

#include <cstddef>

#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/web/request.h"

namespace taskqueue::web {

struct Access {
  int status = 0;
  std::size_t bytes = 0;  // head and body, as far as they were sent
  SteadyTime::duration took{};
  bool broken = false;  // the client was gone before the end
};

/// At level debug. The path without its query, which may hold what is nobody's business.
void log_access(Log& log, const Request& request, Access access);

}  // namespace taskqueue::web
