#include "exporter/metrics/family.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("the help of queue data tells that they are polled and where their age stands", "[metrics][family]") {
  CHECK(help_text(head(QueueFamily::tasks)).ends_with("taskqueue_last_success_timestamp_seconds tells its age."));
  for (const FamilyHead& family : queue_families()) {
    CAPTURE(family.name);
    CHECK(family.help.ends_with('.'));
    CHECK((family.type == MetricType::counter) == family.name.ends_with("_total"));
  }
}

TEST_CASE("a unit is the end of the family's name, which is a counter's without _total", "[metrics][family]") {
  int units = 0;
  for (const auto families : {queue_families(), own_families()}) {
    for (const FamilyHead& family : families) {
      CAPTURE(family.name);
      std::string name(family.name);
      if (family.type == MetricType::counter) name.resize(name.size() - std::string("_total").size());
      const bool ends_in_unit = name.ends_with("_seconds") || name.ends_with("_bytes");
      CHECK(family.unit.empty() == !ends_in_unit);
      if (!family.unit.empty()) CHECK(name.ends_with("_" + std::string(family.unit)));
      units += ends_in_unit;
    }
  }
  CHECK(units > 15);
}

TEST_CASE("heads differ in OpenMetrics: a counter's name, units, quotes", "[metrics][family]") {
  const FamilyHead counter{"a_seconds_total", MetricType::counter, "Say \"a\\b\nc\".", "seconds"};
  CHECK(head_text(counter, Format::text_0_0_4) ==
        "# HELP a_seconds_total Say \"a\\\\b\\nc\".\n# TYPE a_seconds_total counter\n");
  CHECK(head_text(counter, Format::text_1_0_0) == head_text(counter, Format::text_0_0_4));
  CHECK(head_text(counter, Format::openmetrics) ==
        "# HELP a_seconds Say \\\"a\\\\b\\nc\\\".\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n");
  const FamilyHead gauge{"b", MetricType::gauge, "B."};
  CHECK(head_text(gauge, Format::openmetrics) == "# HELP b B.\n# TYPE b gauge\n");
}
