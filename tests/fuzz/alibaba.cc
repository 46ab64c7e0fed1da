// Alibaba's envelope and error codes.
#include "exporter/alibaba/alibaba_dialect.h"
#include "tests/fuzz/envelopes.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer alibaba_fuzzer("alibaba", [](std::string_view input) {
  static const AlibabaDialect dialect("2014-05-26");
  check_judgement(dialect, input);
});

}  // namespace
}  // namespace taskqueue::fuzz
