#include "exporter/web/descriptor_limit.h"

#include <sys/resource.h>

#include "tests/catch.h"

TEST_CASE("the soft limit of descriptors becomes the hard one", "[web][descriptor_limit]") {
  rlimit usual{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &usual) == 0);
  REQUIRE(usual.rlim_max > 64);
  const rlimit low{.rlim_cur = 64, .rlim_max = usual.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(taskqueue::web::raise_descriptor_limit() == usual.rlim_max);
  rlimit now{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &now) == 0);
  CHECK(now.rlim_cur == usual.rlim_max);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &usual) == 0);
}
