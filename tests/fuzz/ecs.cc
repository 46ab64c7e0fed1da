// Elastic Compute Service's list.
#include "exporter/alibaba/alibaba_dialect.h"
#include "exporter/alibaba/ecs_reader.h"
#include "tests/fuzz/reading.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer ecs_fuzzer("ecs", [](std::string_view input) {
  static RepeatingCloud cloud;
  cloud.set_answers(input);
  EcsReader reader(cloud.client(std::make_unique<AlibabaDialect>("2014-05-26"), {"DescribeTasks"}), "cn-hangzhou");
  check_reader(reader);
});

}  // namespace
}  // namespace taskqueue::fuzz
