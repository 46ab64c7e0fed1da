// Video on Demand's lists and details.
#include "exporter/tencent/tencent_dialect.h"
#include "exporter/tencent/vod_reader.h"
#include "tests/fuzz/reading.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer vod_fuzzer("vod", [](std::string_view input) {
  static RepeatingCloud cloud;
  cloud.set_answers(input);
  const TencentDialect::Product product{.service = "vod", .version = "2018-07-17", .region = ""};
  auto dialect = std::make_unique<TencentDialect>(product);
  VodReader reader(cloud.client(std::move(dialect), {"DescribeTasks", "DescribeTaskDetail"}), 1, true);
  check_reader(reader);
});

}  // namespace
}  // namespace taskqueue::fuzz
