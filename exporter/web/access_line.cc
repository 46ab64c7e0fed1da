#include "exporter/web/access_line.h"

#include <chrono>
#include <string>

namespace taskqueue::web {

void log_access(Log& log, const Request& request, Access access) {
  constexpr std::size_t longest_path = 200;
  if (!log.shows(LogLevel::debug)) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(access.took);
  log.debug("web", access.broken ? "client left before the answer's end" : "answered",
            {{"method", request.method},
             {"path", request.path.substr(0, longest_path)},
             {"status", std::to_string(access.status)},
             {"bytes", std::to_string(access.bytes)},
             {"peer", request.peer},
             {"took_us", std::to_string(took.count())}});
}

}  // namespace taskqueue::web
