#include "exporter/metrics/passage.h"

#include <thread>
#include <vector>

#include "tests/catch.h"

using namespace taskqueue;

namespace {

MarkedText two_lines() { return {.text = "a 1\nb 2\n", .marks = {{3, " # {task_id=\"x\"} 1 1.000"}, {7, " # y"}}}; }

}  // namespace

TEST_CASE("exemplars stand at the ends of their lines, in OpenMetrics only", "[metrics][passage]") {
  const Passage passage(two_lines());
  CHECK(passage.text(Format::openmetrics) == "a 1 # {task_id=\"x\"} 1 1.000\nb 2 # y\n");
  CHECK(passage.text(Format::text_0_0_4) == "a 1\nb 2\n");
  CHECK(passage.text(Format::text_1_0_0) == "a 1\nb 2\n");
}

TEST_CASE("without exemplars every format is the same text and the same compressed bytes", "[metrics][passage]") {
  const Passage passage({.text = "a 1\n", .marks = {}});
  CHECK(&passage.text(Format::openmetrics) == &passage.plain());
  CHECK(&passage.deflated(Format::openmetrics) == &passage.deflated(Format::text_0_0_4));
}

TEST_CASE("a form is made once, also when many ask at the same time", "[metrics][passage]") {
  const Passage passage(two_lines());
  std::vector<const void*> seen(8);
  {
    std::vector<std::jthread> readers;
    for (auto& each : seen) {
      readers.emplace_back([&] { each = &passage.deflated(Format::openmetrics).bytes; });
      readers.emplace_back([&] { (void)passage.text(Format::openmetrics); });
    }
  }
  for (const void* each : seen) CHECK(each == &passage.deflated(Format::openmetrics).bytes);
  CHECK(&passage.deflated(Format::openmetrics) != &passage.deflated(Format::text_0_0_4));
}
