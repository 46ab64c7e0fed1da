#include "exporter/web/descriptor_limit.h"

#include <sys/resource.h>

namespace taskqueue::web {

std::size_t raise_descriptor_limit() {
  // What every system of today grants; only used when the limit cannot be read.
  constexpr std::size_t usual_limit = 1024;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return usual_limit;
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return limit.rlim_cur;
}

}  // namespace taskqueue::web
