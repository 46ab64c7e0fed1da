// Tencent's envelope and error codes.
#include "exporter/tencent/tencent_dialect.h"
#include "tests/fuzz/envelopes.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer tencent_fuzzer("tencent", [](std::string_view input) {
  static const TencentDialect dialect({.service = "mps", .version = "2019-06-12", .region = ""});
  check_judgement(dialect, input);
});

}  // namespace
}  // namespace taskqueue::fuzz
