// Media Processing Service's lists.
#include "exporter/tencent/mps_reader.h"
#include "exporter/tencent/tencent_dialect.h"
#include "tests/fuzz/reading.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer mps_fuzzer("mps", [](std::string_view input) {
  static RepeatingCloud cloud;
  cloud.set_answers(input);
  const TencentDialect::Product product{.service = "mps", .version = "2019-06-12", .region = ""};
  auto dialect = std::make_unique<TencentDialect>(product);
  MpsReader reader(cloud.client(std::move(dialect), {"DescribeTasks"}));
  check_reader(reader);
});

}  // namespace
}  // namespace taskqueue::fuzz
