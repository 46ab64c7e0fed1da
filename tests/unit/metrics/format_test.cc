#include "exporter/metrics/format.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("content types are those that Prometheus knows", "[metrics][format]") {
  using enum Escaping;
  CHECK(content_type(Format::text_0_0_4, underscores) == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(content_type(Format::text_0_0_4, allow_utf_8) == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(content_type(Format::text_1_0_0, underscores) ==
        "text/plain; version=1.0.0; charset=utf-8; escaping=underscores");
  CHECK(content_type(Format::text_1_0_0, allow_utf_8) ==
        "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
  CHECK(content_type(Format::openmetrics, underscores) ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
  CHECK(content_type(Format::openmetrics, allow_utf_8) ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
}
